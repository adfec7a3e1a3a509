'use client'
import { useId } from 'react'
import type { ReactNode } from 'react'
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
  'aria-required': boolean | undefined
}

interface FieldProps {
  id: string
  label: string
  hint?: string | undefined
  error: string | undefined
  isRequired: boolean
  children: (wiring: FieldWiring) => ReactNode
}

/** Label, hint and error of one input. */
export function Field({ id, label, hint, error, isRequired, children }: FieldProps) {
  const description = useDescription(hint, error)
  return (
    <div className={error ? 'astra-field astra-field-wrong' : 'astra-field'}>
      <label className="astra-label" htmlFor={id}>
        {label}
      </label>
      {description.content}
      {children({
        id,
        'aria-describedby': description.ids,
        'aria-invalid': error ? true : undefined,
        'aria-required': isRequired || undefined,
      })}
    </div>
  )
}

/** Label, hint and error of several inputs that make one answer. */
export function FieldGroup({ id, label, hint, error, isRequired, children }: FieldProps) {
  const description = useDescription(hint, error)
  return (
    <fieldset
      id={id}
      className={error ? 'astra-field astra-field-wrong' : 'astra-field'}
      aria-describedby={description.ids}
    >
      <legend className="astra-label">{label}</legend>
      {description.content}
      {children({
        id,
        'aria-describedby': undefined,
        'aria-invalid': error ? true : undefined,
        'aria-required': isRequired || undefined,
      })}
    </fieldset>
  )
}

function useDescription(hint: string | undefined, error: string | undefined) {
  const { messages } = useSettings()
  const base = useId()
  const ids = [hint && `${base}-hint`, error && `${base}-error`].filter(Boolean).join(' ')
  const content = (
    <>
      {hint && (
        <p className="astra-hint" id={`${base}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="astra-error" id={`${base}-error`}>
          <span className="astra-hidden">{messages.errorPrefix} </span>
          {error}
        </p>
      )}
    </>
  )
  return { ids: ids || undefined, content }
}
