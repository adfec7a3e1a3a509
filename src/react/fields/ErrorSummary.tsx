'use client'
import { useEffect, useRef } from 'react'
import type { FieldCode } from '../../core/field-codes.ts'
import type { ProfileField } from '../../core/profile.ts'
import { fieldError } from '../messages/field-error.ts'
import { useSettings } from '../settings.ts'

/** A field that was refused when the person wanted to go on. */
export interface Problem {
  field: ProfileField
  code: FieldCode
}

interface ErrorSummaryProps {
  /** As they were when the person wanted to go on: the list does not change under the reader's eyes. */
  problems: readonly Problem[]
  /** Id of a field's input, or of the first input of a group. */
  focusId: (field: ProfileField) => string
}

/** Says what is wrong on this page and leads there. @see https://design-system.service.gov.uk/components/error-summary/ */
export function ErrorSummary({ problems, focusId }: ErrorSummaryProps) {
  const { messages } = useSettings()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (problems.length > 0) box.current?.focus()
  }, [problems])
  if (problems.length === 0) return null
  return (
    <div className="astra-summary" role="alert" tabIndex={-1} ref={box}>
      <h3 className="astra-summary-title">{messages.summaryTitle}</h3>
      <ul>
        {problems.map(({ field, code }) => (
          <li key={field}>
            <a
              className="astra-link"
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
