'use client'
import { useId } from 'react'
import type { ReactNode } from 'react'
import type { FieldCode } from '../../core/field-codes.ts'
import { useSettings } from '../settings.ts'

/** Keeps session-replay tools from recording what is typed. */
export const MASKED = {
  'data-sentry-mask': '',
  'data-dd-privacy': 'mask',
  'data-hj-suppress': '',
  'data-private': '',
  'data-openreplay-obscured': '',
  'data-clarity-mask': 'true',
} as const

/** What a field needs to be tied to its label, hint and error. */
export interface FieldWiring {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean | undefined
}

interface FieldProps {
  id: string
  label: string
  hint?: string | undefined
  code: FieldCode | undefined
  children: (wiring: FieldWiring) => ReactNode
}

/** Label, hint and error of one input. */
export function Field({ id, label, hint, code, children }: FieldProps) {
  const description = useDescription(hint, code)
  return (
    <div className={code ? 'astra-field astra-field-wrong' : 'astra-field'}>
      <label className="astra-label" htmlFor={id}>
        {label}
      </label>
      {description.content}
      {children({ id, 'aria-describedby': description.ids, 'aria-invalid': code ? true : undefined })}
    </div>
  )
}

/** Label, hint and error of several inputs that make one answer. */
export function FieldGroup({ id, label, hint, code, children }: FieldProps) {
  const description = useDescription(hint, code)
  return (
    <fieldset
      id={id}
      className={code ? 'astra-field astra-field-wrong' : 'astra-field'}
      aria-describedby={description.ids}
    >
      <legend className="astra-label">{label}</legend>
      {description.content}
      {children({ id, 'aria-describedby': undefined, 'aria-invalid': code ? true : undefined })}
    </fieldset>
  )
}

function useDescription(hint: string | undefined, code: FieldCode | undefined) {
  const { messages } = useSettings()
  const base = useId()
  const ids = [hint && `${base}-hint`, code && `${base}-error`].filter(Boolean).join(' ')
  const content = (
    <>
      {hint && (
        <p className="astra-hint" id={`${base}-hint`}>
          {hint}
        </p>
      )}
      {code && (
        <p className="astra-error" id={`${base}-error`}>
          <span className="astra-hidden">{messages.errorPrefix} </span>
          {messages.fieldErrors[code]}
        </p>
      )}
    </>
  )
  return { ids: ids || undefined, content }
}
