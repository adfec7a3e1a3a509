'use client'
import { useState } from 'react'
import type { ProfileField } from '../../core/profile.ts'
import { useClassName, useSettings } from '../settings.ts'
import { useProfileField } from '../use-profile-field.ts'
import type { FieldStanding, StandingOf } from '../use-profile-field.ts'
import type { ProfileFormModel } from '../use-profile-form.ts'
import { Field, FieldGroup } from './Field.tsx'
import { MASKED } from './masked.ts'

type InputProps<Kind extends FieldStanding['kind']> = { standing: StandingOf<Kind> }

/** The input of a field, whatever its kind. */
export function ProfileInput({ form, field }: { form: ProfileFormModel; field: ProfileField }) {
  const standing = useProfileField(form, field)
  switch (standing.kind) {
    case 'text':
    case 'locked':
      return <TextInput standing={standing} />
    case 'secret':
      return <SecretInput standing={standing} />
    case 'email':
      return <EmailInput standing={standing} />
    case 'date':
      return <DateInput standing={standing} />
    case 'choice':
      return <ChoiceInput standing={standing} />
  }
}

function TextInput({ standing }: InputProps<'text' | 'locked'>) {
  const className = useClassName()
  return (
    <Field standing={standing}>
      <input
        {...standing.inputProps}
        className={className('input', `astra-${standing.name}`, MASKED.className)}
      />
    </Field>
  )
}

function SecretInput({ standing }: InputProps<'secret'>) {
  const { messages } = useSettings()
  const [isShown, setShown] = useState(false)
  const className = useClassName()
  const hiding = standing.isHidden && !isShown ? 'astra-secret' : ''
  return (
    <Field standing={standing}>
      <div className="astra-row">
        <input
          {...standing.inputProps}
          className={className('input', 'astra-ssnLast4', hiding, MASKED.className)}
        />
        <button
          type="button"
          className={className('link')}
          aria-controls={standing.id}
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          {messages.showDigits}
        </button>
      </div>
    </Field>
  )
}

function EmailInput({ standing }: InputProps<'email'>) {
  const { messages } = useSettings()
  const className = useClassName()
  const { suggestion } = standing
  return (
    <Field standing={standing}>
      <input {...standing.inputProps} className={className('input', MASKED.className)} />
      <div role="status">
        {suggestion && (
          <button
            type="button"
            {...MASKED}
            className={className('link', MASKED.className)}
            onClick={suggestion.accept}
          >
            {messages.didYouMean(suggestion.email)}
          </button>
        )}
      </div>
    </Field>
  )
}

function DateInput({ standing }: InputProps<'date'>) {
  const className = useClassName()
  return (
    <FieldGroup standing={standing}>
      <div className="astra-date">
        {standing.parts.map(({ part, label, inputProps }) => (
          <div key={part} className="astra-part">
            <label className="astra-part-label" htmlFor={inputProps.id}>
              {label}
            </label>
            <input {...inputProps} className={className('input', MASKED.className)} />
          </div>
        ))}
      </div>
    </FieldGroup>
  )
}

function ChoiceInput({ standing }: InputProps<'choice'>) {
  const className = useClassName()
  return (
    <Field standing={standing}>
      <select {...standing.inputProps} className={className('input', 'astra-state', MASKED.className)}>
        {standing.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  )
}
