'use client'
import { useEffect, useRef } from 'react'
import { MASKED } from '../fields/masked.ts'
import { useSettings } from '../settings.ts'
import { Screen, SupportLine } from '../Screen.tsx'
import type { ProfileFormModel } from '../use-profile-form.ts'

interface ReviewPageProps {
  form: ProfileFormModel
  caption: string | undefined
  /** The last creation ended without an answer. */
  creationUnknown: boolean
}

/** Everything once more before it is sent: a user intent cannot be changed afterwards. */
export function ReviewPage({ form, caption, creationUnknown }: ReviewPageProps) {
  const { messages, links } = useSettings()
  const { failure, isSending, back, change } = form
  const notice = useRef<HTMLDivElement>(null)
  // The button that was pressed is at the end of a long page.
  useEffect(() => notice.current?.focus(), [failure])
  return (
    <Screen title={messages.steps.review} caption={caption}>
      {failure && (
        <div className="astra-notice" role="alert" tabIndex={-1} ref={notice}>
          <p>{creationUnknown ? messages.creationUnknown : messages.trouble[failure.error.userMessage]}</p>
          {failure.hadSsn && <p>{messages.ssnAgain}</p>}
          <SupportLine />
        </div>
      )}
      {form.answers().map(({ section, answers }) => (
        <section key={section} className="astra-review">
          <h3 className="astra-subtitle">{messages.steps[section]}</h3>
          <button type="button" className="astra-link astra-change" onClick={() => change(section)}>
            {messages.change} <span className="astra-hidden">{messages.steps[section]}</span>
          </button>
          <dl className="astra-answers" {...MASKED}>
            {answers.map(({ field, label, text }) => (
              <div key={field} className="astra-answer">
                <dt>{label}</dt>
                <dd>
                  <bdi>{text}</bdi>
                </dd>
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
        {back && (
          <button type="button" className="astra-link" onClick={back}>
            {messages.back}
          </button>
        )}
      </div>
    </Screen>
  )
}
