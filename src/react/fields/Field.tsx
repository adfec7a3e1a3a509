'use client'
import type { ReactNode } from 'react'
import type { FieldStanding, StandingOf } from '../use-profile-field.ts'
import { useClassName, useSettings } from '../settings.ts'

interface FieldProps<Standing extends FieldStanding = FieldStanding> {
  standing: Standing
  children: ReactNode
}

/** Label, hint and error of one input. */
export function Field({ standing, children }: FieldProps) {
  const className = useClassName()
  return (
    <div className={className('field', wrongness(standing))}>
      <label className={className('label')} htmlFor={standing.id}>
        {standing.label}
      </label>
      <Description standing={standing} />
      {children}
      <Reason standing={standing} />
    </div>
  )
}

/** Label, hint and error of several inputs that make one answer. */
export function FieldGroup({ standing, children }: FieldProps<StandingOf<'date'>>) {
  const className = useClassName()
  return (
    <fieldset {...standing.groupProps} className={className('field', wrongness(standing))}>
      <legend className={className('label')}>{standing.label}</legend>
      <Description standing={standing} />
      {children}
      <Reason standing={standing} />
    </fieldset>
  )
}

function wrongness({ error }: FieldStanding): string {
  return error ? 'astra-field-wrong' : ''
}

function Description({ standing: { hint, hintId, error, errorId } }: { standing: FieldStanding }) {
  const { messages } = useSettings()
  const className = useClassName()
  return (
    <>
      {hint && (
        <p className={className('hint')} id={hintId}>
          {hint}
        </p>
      )}
      {error && (
        <p className={className('error')} id={errorId}>
          <span className="astra-hidden">{messages.errorPrefix} </span>
          <bdi>{error}</bdi>
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
      <summary>
        <bdi>{messages.whyAsked}</bdi>
      </summary>
      <p>{reason}</p>
    </details>
  )
}
