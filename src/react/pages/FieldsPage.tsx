'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { ProfileInput } from '../fields/inputs.tsx'
import type { Section } from '../form-values.ts'
import { fieldError } from '../messages/field-error.ts'
import { Actions, LinkButton, MainButton, Notice, Screen, Text } from '../Screen.tsx'
import { useClassName, useSettings } from '../settings.ts'
import type { ProfileFormModel } from '../use-profile-form.ts'

interface FieldsPageProps {
  form: ProfileFormModel
  page: Section | 'details'
  caption: string | undefined
  /** The last creation ended without an answer. */
  creationUnknown: boolean
  /** Set for a correction. */
  leave: (() => void) | undefined
}

/** A page that asks: one section, or all of them under headings of their own. */
export function FieldsPage({ form, page, caption, creationUnknown, leave }: FieldsPageProps) {
  const { messages } = useSettings()
  const { sections, back } = form
  const isSingle = page === 'details'
  const title = isSingle ? messages.steps.intro.title : messages.steps[page]
  return (
    <Screen key={page} title={title} caption={caption}>
      <ErrorSummary form={form} />
      {isSingle && creationUnknown && <Notice>{messages.creationUnknown}</Notice>}
      {leave && !back ? (
        <Text>{messages.correction.notice}</Text>
      ) : (
        isSingle && <Text>{messages.steps.details}</Text>
      )}
      {sections.map(({ name, fields }) => {
        const inputs = fields.map((field) => <ProfileInput key={field} form={form} field={field} />)
        return isSingle ? (
          <SectionGroup key={name} name={name} isWanted={form.changing === name}>
            {inputs}
          </SectionGroup>
        ) : (
          inputs
        )
      })}
      <Actions>
        <MainButton>{messages.continue}</MainButton>
        {back && <LinkButton onClick={back}>{messages.back}</LinkButton>}
        {leave && !back && <LinkButton onClick={leave}>{messages.correction.cancel}</LinkButton>}
      </Actions>
    </Screen>
  )
}

/** Its heading takes the focus when "Change" led here. */
function SectionGroup({
  name,
  isWanted,
  children,
}: {
  name: Section
  isWanted: boolean
  children: ReactNode
}) {
  const { messages } = useSettings()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (isWanted) heading.current?.focus()
  }, [isWanted])
  return (
    <section className="astra-section">
      <h3 className="astra-subtitle" tabIndex={-1} ref={heading}>
        {messages.steps[name]}
      </h3>
      {children}
    </section>
  )
}

/** Says what is wrong on this page and leads there. @see https://design-system.service.gov.uk/components/error-summary/ */
function ErrorSummary({ form: { problems, focusId } }: { form: ProfileFormModel }) {
  const { messages } = useSettings()
  const className = useClassName()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (problems.length > 0) box.current?.focus()
  }, [problems])
  if (problems.length === 0) return null
  const texts = problems.map(({ field, code }) => fieldError(messages, field, code))
  return (
    <div className={className('summary')} role="alert" tabIndex={-1} ref={box}>
      <h3 className="astra-summary-title">{messages.summaryTitle}</h3>
      <ul>
        {problems.map(({ field, code }) => (
          <li key={field}>
            <a
              className={className('link')}
              href={`#${focusId(field)}`}
              onClick={(event) => {
                event.preventDefault()
                document.getElementById(focusId(field))?.focus()
              }}
            >
              {/* Of two that are wrong in the same way each says which it is. */}
              {texts.filter((text) => text === fieldError(messages, field, code)).length > 1 &&
                `${messages.labels[field]}: `}
              {fieldError(messages, field, code)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
