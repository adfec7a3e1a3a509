'use client'
import { useEffect, useRef } from 'react'
import type { FormPolicy } from '../../core/contract.ts'
import { isLocked } from '../../core/profile.ts'
import type { ProfileField } from '../../core/profile.ts'
import { MASKED } from '../fields/Field.tsx'
import type { ProfileFormApi } from '../fields/inputs.tsx'
import { fieldsOf, SECTIONS } from '../form-values.ts'
import type { FormValues, Section } from '../form-values.ts'
import { fieldLabel } from '../messages/field-label.ts'
import type { ProxyError } from '../proxy-client.ts'
import { useSettings } from '../settings.ts'
import { Screen, SupportLine } from '../Screen.tsx'
import type { Messages } from '../messages/en.ts'

/** The profile could not be sent. */
export interface SendFailure {
  error: ProxyError
  /** It had an SSN, which is not kept. */
  hadSsn: boolean
}

interface ReviewPageProps {
  form: ProfileFormApi
  policy: FormPolicy
  caption: string
  failure: SendFailure | null
  /** The last creation ended without an answer. */
  creationUnknown: boolean
  change: (section: Section) => void
  back: () => void
}

/** Everything once more before it is sent: a user intent cannot be changed afterwards. */
export function ReviewPage({
  form,
  policy,
  caption,
  failure,
  creationUnknown,
  change,
  back,
}: ReviewPageProps) {
  const { messages, links } = useSettings()
  const values = form.getValues()
  const isSending = form.formState.isSubmitting
  const notice = useRef<HTMLDivElement>(null)
  // The button that was pressed is at the end of a long page.
  useEffect(() => notice.current?.focus(), [failure])
  return (
    <Screen title={messages.steps.review} caption={caption}>
      {failure && (
        <div className="astra-notice" role="alert" tabIndex={-1} ref={notice}>
          <p>{creationUnknown ? messages.creationUnknown : messages.trouble[failure.error.userMessage]}</p>
          {failure.hadSsn && !values.ssnLast4 && <p>{messages.ssnAgain}</p>}
          <SupportLine />
        </div>
      )}
      {SECTIONS.map((section) => (
        <section key={section} className="astra-review">
          <h3 className="astra-subtitle">{messages.steps[section]}</h3>
          <button type="button" className="astra-link astra-change" onClick={() => change(section)}>
            {messages.change} <span className="astra-hidden">{messages.steps[section]}</span>
          </button>
          <dl className="astra-answers" {...MASKED}>
            {fieldsOf(section, policy).map((field) => (
              <div key={field} className="astra-answer">
                <dt>{fieldLabel(messages, field, policy)}</dt>
                <dd>{shown(field, values, policy, messages)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p>{messages.reviewText}</p>
      <p className="astra-choices">
        {links.privacy && (
          <a className="astra-link" href={links.privacy} target="_blank" rel="noreferrer">
            {messages.privacy}
          </a>
        )}
        {links.terms && (
          <a className="astra-link" href={links.terms} target="_blank" rel="noreferrer">
            {messages.terms}
          </a>
        )}
      </p>
      <div className="astra-actions">
        <button type="submit" className="astra-button" aria-disabled={isSending}>
          {isSending ? messages.sending : messages.send}
        </button>
        <button type="button" className="astra-link" onClick={back}>
          {messages.back}
        </button>
      </div>
    </Screen>
  )
}

function shown(field: ProfileField, values: FormValues, policy: FormPolicy, messages: Messages): string {
  if (isLocked(policy, field)) return policy.lockedValues[field] ?? ''
  if (field === 'ssnLast4') return values.ssnLast4 ? messages.ssnEntered : messages.ssnMissing
  if (field !== 'dateOfBirth') return values[field] || '–'
  const { month, day, year } = values.dateOfBirth
  return month || day || year ? `${month}/${day}/${year}` : '–'
}
