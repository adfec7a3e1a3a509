'use client'
import { useEffect, useRef } from 'react'
import { fieldError } from '../messages/field-error.ts'
import { useClassName, useSettings } from '../settings.ts'
import type { ProfileFormModel } from '../use-profile-form.ts'

/** Says what is wrong on this page and leads there. @see https://design-system.service.gov.uk/components/error-summary/ */
export function ErrorSummary({ form: { problems, focusId } }: { form: ProfileFormModel }) {
  const { messages } = useSettings()
  const className = useClassName()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (problems.length > 0) box.current?.focus()
  }, [problems])
  if (problems.length === 0) return null
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
              {fieldError(messages, field, code)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
