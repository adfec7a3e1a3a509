'use client'
import { useEffect, useRef } from 'react'
import type { ProfileField } from '../../core/profile.ts'
import { useSettings } from '../settings.ts'
import { codeOf } from './inputs.tsx'
import type { ProfileFormApi } from './inputs.tsx'

interface ErrorSummaryProps {
  form: ProfileFormApi
  fields: readonly ProfileField[]
  /** Id of a field's input, or of the first input of a group. */
  inputId: (field: ProfileField) => string
  /** Grows with every refused "Continue": the summary takes the focus each time. */
  attempt: number
}

/** Says what is wrong on this page and leads there. @see https://design-system.service.gov.uk/components/error-summary/ */
export function ErrorSummary({ form, fields, inputId, attempt }: ErrorSummaryProps) {
  const { messages } = useSettings()
  const box = useRef<HTMLDivElement>(null)
  const wrong = fields.flatMap((field) => {
    const code = codeOf(form, field)
    return code ? [{ field, code }] : []
  })
  useEffect(() => {
    if (attempt > 0) box.current?.focus()
  }, [attempt])
  if (wrong.length === 0) return null
  return (
    <div className="astra-summary" role="alert" tabIndex={-1} ref={box}>
      <h3 className="astra-summary-title">{messages.summaryTitle}</h3>
      <ul>
        {wrong.map(({ field, code }) => (
          <li key={field}>
            <a
              className="astra-link"
              href={`#${inputId(field)}`}
              onClick={(event) => {
                event.preventDefault()
                document.getElementById(inputId(field))?.focus()
              }}
            >
              {messages.fieldErrors[code]}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}
