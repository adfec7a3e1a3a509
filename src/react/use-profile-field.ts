import { useRef, useState } from 'react'
import type { ComponentPropsWithRef, KeyboardEvent } from 'react'
import { useFormState } from 'react-hook-form'
import type { FieldPath } from 'react-hook-form'
import { demandedFields, isLocked } from '../core/profile.ts'
import type { Demand, ProfileField } from '../core/profile.ts'
import { STATE_NAMES } from '../core/states.ts'
import { spreadDate } from './date-of-birth.ts'
import type { DateParts } from './date-of-birth.ts'
import { likelyEmail } from './email-slip.ts'
import { ATTRIBUTES, PART_ATTRIBUTES, STATE_AUTOCOMPLETE } from './fields/attributes.ts'
import { MASKED } from './fields/masked.ts'
import { stateFor } from './fields/states.ts'
import { lockedValue, nationalPhone } from './form-values.ts'
import type { FormValues } from './form-values.ts'
import { fieldError } from './messages/field-error.ts'
import { fieldLabel } from './messages/field-label.ts'
import type { ProfileFormModel } from './use-profile-form.ts'

/** To spread on an `<input>`: id, name, what browser, screen reader and session replay need, and what takes the text. */
export type InputProps = ComponentPropsWithRef<'input'>

interface Standing {
  name: ProfileField
  /** Id of the input, or of the group of the date. */
  id: string
  label: string
  hint: string | undefined
  /** Why it is asked, where people wonder. */
  reason: string | undefined
  /** What to do about it; undefined while nothing is wrong. */
  error: string | undefined
  demand: Demand
  isLocked: boolean
  /** To be given to the elements that show hint and error; the inputs point there. */
  hintId: string
  errorId: string
}

/** How a field stands and what its inputs need, by the kind of input it is. */
export type FieldStanding =
  | (Standing & { kind: 'text'; inputProps: InputProps })
  | (Standing & {
      kind: 'secret'
      inputProps: InputProps
      /** Not while it is more than four digits. */ isHidden: boolean
    })
  | (Standing & {
      kind: 'email'
      inputProps: InputProps
      /** The address that was probably meant, and how to take it. */
      suggestion: { email: string; accept: () => void } | null
    })
  | (Standing & {
      kind: 'date'
      /** For the element around the parts. */
      groupProps: { id: string; 'aria-describedby': string | undefined }
      parts: readonly { part: keyof DateParts; label: string; inputProps: InputProps }[]
    })
  | (Standing & {
      kind: 'choice'
      inputProps: ComponentPropsWithRef<'select'>
      options: readonly { value: string; label: string }[]
    })
  | (Standing & { kind: 'locked'; inputProps: InputProps })

/** How a field of one kind stands. */
export type StandingOf<Kind extends FieldStanding['kind']> = Extract<FieldStanding, { kind: Kind }>

const PARTS = ['month', 'day', 'year'] as const

const STATE_OPTIONS = Object.entries(STATE_NAMES).map(([value, name]) => ({
  value,
  label: `${name} (${value})`,
}))

/** Letters typed within this many ms of each other make one word. */
const TYPE_AHEAD_MS = 1000

/** One field of the form. Re-renders when its error or its offer changes, not for a keystroke. */
export function useProfileField(form: ProfileFormModel, name: ProfileField): FieldStanding {
  const { api, messages, policy } = form
  const { errors } = useFormState({ control: api.control, name, exact: true })
  const [suggested, setSuggested] = useState<string | null>(null)
  const [isPlain, setPlain] = useState(true)
  const typed = useRef({ letters: '', at: 0 })
  const code = errors[name]?.message as Parameters<typeof fieldError>[2] | undefined
  const id = `${form.idBase}-${name}`
  const locked: boolean = isLocked(policy, name)
  const hint = locked ? messages.lockedHint : messages.hints[name]
  const standing: Standing = {
    name,
    id,
    label: locked ? messages.labels[name] : fieldLabel(messages, name, policy),
    hint,
    reason: messages.reasons[name],
    error: code && fieldError(messages, name, code),
    demand: demandedFields(policy)[name],
    isLocked: locked,
    hintId: `${id}-hint`,
    errorId: `${id}-error`,
  }
  const describedBy =
    [hint && standing.hintId, code && standing.errorId].filter(Boolean).join(' ') || undefined
  const wiring = {
    ...MASKED,
    id,
    'aria-describedby': describedBy,
    'aria-invalid': code ? true : undefined,
    'aria-required': standing.demand === 'required' || undefined,
    spellCheck: false,
    enterKeyHint: 'next',
  } as const

  /** A refused field is looked at again while it is being corrected; an untouched one never is. */
  const lookAgain = (field: ProfileField = name) => {
    if (api.getFieldState(field).error) void api.trigger(field)
    // Which ZIP codes there are depends on it.
    if (field === 'state') lookAgain('postalCode')
  }
  const register = (
    path: FieldPath<FormValues>,
    listeners: { typed?: (text: string, event: Event) => void; left?: () => void } = {},
  ) =>
    api.register(path, {
      onChange: (event: { target: HTMLInputElement; nativeEvent?: Event }) => {
        if (event.nativeEvent) listeners.typed?.(event.target.value, event.nativeEvent)
        lookAgain()
      },
      onBlur: () => listeners.left?.(),
    })

  if (locked) {
    const inputProps = { ...wiring, type: 'text', readOnly: true, value: lockedValue(policy, name) }
    return { ...standing, kind: 'locked', inputProps }
  }

  if (name === 'dateOfBirth') {
    const spread = () => {
      const parts = api.getValues(name)
      const whole = spreadDate(parts)
      if (whole !== parts) api.setValue(name, whole)
    }
    return {
      ...standing,
      kind: 'date',
      groupProps: { id, 'aria-describedby': describedBy },
      parts: PARTS.map((part) => ({
        part,
        label: messages.dateParts[part],
        inputProps: {
          ...wiring,
          type: 'text',
          ...PART_ATTRIBUTES[part],
          id: `${id}-${part}`,
          'aria-describedby': undefined,
          ...register(`dateOfBirth.${part}`, {
            // What is pasted or filled in is whole at once; what is typed, when the field is left.
            typed: (_, event) =>
              !/^(insertText|delete)/.test((event as InputEvent).inputType ?? '') && spread(),
            left: spread,
          }),
        },
      })),
    }
  }

  if (name === 'state') {
    const registered = register(name)
    // Native type-ahead knows either the names or the codes.
    const onKeyDown = (event: KeyboardEvent<HTMLSelectElement>) => {
      const { letters, at } = typed.current
      const before = event.timeStamp - at < TYPE_AHEAD_MS ? letters : ''
      const isLetter = /^\p{L}$/u.test(event.key) || (event.key === ' ' && before !== '')
      if (!isLetter || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      typed.current = { letters: before + event.key, at: event.timeStamp }
      const found = stateFor(before + event.key, event.currentTarget.value)
      if (!found) return
      api.setValue(name, found)
      lookAgain()
    }
    return {
      ...standing,
      kind: 'choice',
      options: [{ value: '', label: messages.chooseState }, ...STATE_OPTIONS],
      inputProps: { ...wiring, autoComplete: STATE_AUTOCOMPLETE, ...registered, onKeyDown },
    }
  }

  const inputProps = (listeners?: Parameters<typeof register>[1]): InputProps => ({
    type: 'text',
    ...wiring,
    ...ATTRIBUTES[name],
    ...register(name, listeners),
  })
  if (name === 'ssnLast4') {
    // A whole number, or one with separators, is shown, so that whoever pasted it sees what is there.
    const shown = inputProps({ typed: (text) => setPlain(/^\s*\d{0,4}\s*$/.test(text)) })
    return { ...standing, kind: 'secret', inputProps: shown, isHidden: isPlain }
  }
  if (name === 'email') {
    const accept = (email: string) => {
      api.setValue(name, email)
      setSuggested(null)
      lookAgain()
      api.setFocus(name)
    }
    return {
      ...standing,
      kind: 'email',
      inputProps: inputProps({ typed: (text) => setSuggested(likelyEmail(text)) }),
      suggestion: suggested === null ? null : { email: suggested, accept: () => accept(suggested) },
    }
  }
  if (name === 'phone') {
    const left = () => api.setValue(name, nationalPhone(api.getValues(name)))
    return { ...standing, kind: 'text', inputProps: inputProps({ left }) }
  }
  return { ...standing, kind: 'text', inputProps: inputProps() }
}
