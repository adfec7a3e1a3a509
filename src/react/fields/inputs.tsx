'use client'
import type { UseFormReturn } from 'react-hook-form'
import type { FormPolicy } from '../../core/contract.ts'
import type { FieldCode } from '../../core/field-codes.ts'
import { demandedFields, isLocked } from '../../core/profile.ts'
import type { Profile, ProfileField } from '../../core/profile.ts'
import type { FormValues } from '../form-values.ts'
import { fieldError } from '../messages/field-error.ts'
import { fieldLabel } from '../messages/field-label.ts'
import { useSettings } from '../settings.ts'
import { Field, FieldGroup, MASKED } from './Field.tsx'
import { STATE_NAMES } from './states.ts'

export type ProfileFormApi = UseFormReturn<FormValues, unknown, Profile>

interface InputProps {
  form: ProfileFormApi
  field: ProfileField
  id: string
  policy: FormPolicy
}

type InputAttributes = Partial<
  Record<'type' | 'autoComplete' | 'inputMode' | 'autoCapitalize' | 'className', string>
> & { spellCheck?: boolean }

const ATTRIBUTES: Record<Exclude<ProfileField, 'dateOfBirth' | 'state'>, InputAttributes> = {
  firstName: { autoComplete: 'given-name', autoCapitalize: 'words', spellCheck: false },
  lastName: { autoComplete: 'family-name', autoCapitalize: 'words', spellCheck: false },
  preferredFirstName: { autoComplete: 'nickname', autoCapitalize: 'words', spellCheck: false },
  preferredLastName: { autoComplete: 'off', autoCapitalize: 'words', spellCheck: false },
  preferredPronouns: { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false },
  // Not `type=password`: password managers would offer to keep it. The style sheet hides the digits.
  ssnLast4: {
    autoComplete: 'off',
    inputMode: 'numeric',
    className: 'astra-secret astra-short',
    spellCheck: false,
  },
  email: { type: 'email', autoComplete: 'email', autoCapitalize: 'none', spellCheck: false },
  phone: { type: 'tel', autoComplete: 'tel' },
  address1: { autoComplete: 'address-line1', autoCapitalize: 'words', spellCheck: false },
  address2: { autoComplete: 'address-line2', autoCapitalize: 'words', spellCheck: false },
  city: { autoComplete: 'address-level2', autoCapitalize: 'words', spellCheck: false },
  postalCode: {
    autoComplete: 'postal-code',
    inputMode: 'numeric',
    className: 'astra-short',
    spellCheck: false,
  },
}

/** The input of a field, whatever its kind. */
export function ProfileInput(props: InputProps) {
  const { field, policy } = props
  if (isLocked(policy, field)) return <LockedInput {...props} />
  if (field === 'dateOfBirth') return <DateOfBirthInput {...props} />
  if (field === 'state') return <StateInput {...props} />
  return <TextInput {...props} field={field} />
}

/** The code that a field is refused with, if any. */
function codeOf(form: ProfileFormApi, field: ProfileField): FieldCode | undefined {
  return form.formState.errors[field]?.message as FieldCode | undefined
}

/** How a field stands: what it is called, refused with which sentence, and whether it must be given. */
function useStanding(form: ProfileFormApi, field: ProfileField, policy: FormPolicy) {
  const { messages } = useSettings()
  const code = codeOf(form, field)
  return {
    label: fieldLabel(messages, field, policy),
    error: code && fieldError(messages, field, code),
    isRequired: demandedFields(policy)[field] === 'required',
  }
}

/** A refused field is looked at again while it is being corrected; an untouched one never is. */
function recheck(form: ProfileFormApi, field: ProfileField) {
  return {
    onChange: () => {
      if (codeOf(form, field)) void form.trigger(field)
    },
  }
}

function TextInput({ form, field, id, policy }: InputProps & { field: keyof typeof ATTRIBUTES }) {
  const messages = useSettings().messages
  const { className = '', ...attributes } = ATTRIBUTES[field]
  return (
    <Field id={id} hint={messages.hints[field]} {...useStanding(form, field, policy)}>
      {(wiring) => (
        <input
          type="text"
          {...(attributes as object)}
          {...wiring}
          {...MASKED}
          {...form.register(field, recheck(form, field))}
          className={`astra-input ${className}`}
        />
      )}
    </Field>
  )
}

function DateOfBirthInput({ form, id, policy }: InputProps) {
  const { hints, dateParts } = useSettings().messages
  return (
    <FieldGroup id={id} hint={hints.dateOfBirth} {...useStanding(form, 'dateOfBirth', policy)}>
      {({ 'aria-invalid': invalid, 'aria-required': required }) => (
        <div className="astra-row">
          {(['month', 'day', 'year'] as const).map((part) => (
            <div key={part} className="astra-part">
              <label className="astra-part-label" htmlFor={`${id}-${part}`}>
                {dateParts[part]}
              </label>
              <input
                type="text"
                id={`${id}-${part}`}
                inputMode="numeric"
                autoComplete={`bday-${part}`}
                aria-invalid={invalid}
                aria-required={required}
                {...MASKED}
                {...form.register(`dateOfBirth.${part}`, recheck(form, 'dateOfBirth'))}
                className={`astra-input ${part === 'year' ? 'astra-year' : 'astra-two'}`}
              />
            </div>
          ))}
        </div>
      )}
    </FieldGroup>
  )
}

function StateInput({ form, id, policy }: InputProps) {
  const { chooseState } = useSettings().messages
  return (
    <Field id={id} {...useStanding(form, 'state', policy)}>
      {(wiring) => (
        <select
          {...wiring}
          {...MASKED}
          {...form.register('state', recheck(form, 'state'))}
          autoComplete="address-level1"
          className="astra-input"
        >
          <option value="">{chooseState}</option>
          {Object.entries(STATE_NAMES).map(([code, name]) => (
            <option key={code} value={code}>
              {code} – {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function LockedInput({ field, id, policy }: InputProps) {
  const { labels, lockedHint } = useSettings().messages
  const value = isLocked(policy, field) ? policy.lockedValues[field] : ''
  return (
    <Field id={id} label={labels[field]} hint={lockedHint} error={undefined} isRequired={false}>
      {(wiring) => (
        <input type="text" {...wiring} {...MASKED} readOnly value={value} className="astra-input" />
      )}
    </Field>
  )
}
