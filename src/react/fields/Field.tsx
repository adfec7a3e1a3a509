'use client'
import type { ReactNode } from 'react'
import type { FieldStanding } from '../use-profile-field.ts'
import { useSettings } from '../settings.ts'

interface FieldProps {
  standing: FieldStanding
  children: ReactNode
}

/** Label, hint and error of one input. */
export function Field({ standing, children }: FieldProps) {
  return (
    <div className={classOf(standing)}>
      <label className="astra-label" htmlFor={standing.id}>
        {standing.label}
      </label>
      <Description standing={standing} />
      {children}
      <Reason standing={standing} />
    </div>
  )
}

/** Label, hint and error of several inputs that make one answer. */
export function FieldGroup({ standing, children }: FieldProps) {
  if (standing.kind !== 'date') return null
  return (
    <fieldset {...standing.groupProps} className={classOf(standing)}>
      <legend className="astra-label">{standing.label}</legend>
      <Description standing={standing} />
      {children}
      <Reason standing={standing} />
    </fieldset>
  )
}

function classOf({ error }: FieldStanding): string {
  return error ? 'astra-field astra-field-wrong' : 'astra-field'
}

function Description({ standing: { hint, hintId, error, errorId } }: { standing: FieldStanding }) {
  const { messages } = useSettings()
  return (
    <>
      {hint && (
        <p className="astra-hint" id={hintId}>
          {hint}
        </p>
      )}
      {error && (
        <p className="astra-error" id={errorId}>
          <span className="astra-hidden">{messages.errorPrefix} </span>
          {error}
        </p>
      )}
    </>
  )
}

function Reason({ standing: { reason } }: { standing: FieldStanding }) {
  const { messages } = useSettings()
  if (!reason) return null
  return (
    <details className="astra-why">
      <summary>{messages.whyAsked}</summary>
      <p>{reason}</p>
    </details>
  )
}
