import * as z from 'zod/mini'
import type { FormPolicy } from '../core/contract.ts'
import { demandedFields, isLocked, PROFILE_FIELDS, profileSchema } from '../core/profile.ts'
import type { Profile, ProfileField } from '../core/profile.ts'

/** What the form's inputs hold: text, and a date in three parts. */
export type FormValues = Record<Exclude<ProfileField, 'dateOfBirth'>, string> & {
  dateOfBirth: { month: string; day: string; year: string }
}

/** What a partner may fill in beforehand; stays editable. The SSN never comes from outside. */
export type DefaultValues = Partial<Record<Exclude<ProfileField, 'ssnLast4'>, string>>

/** The pages of the form that ask. */
export type Section = 'about' | 'contact' | 'address'

const SECTION_OF: Record<ProfileField, Section> = {
  firstName: 'about',
  lastName: 'about',
  preferredFirstName: 'about',
  preferredLastName: 'about',
  preferredPronouns: 'about',
  dateOfBirth: 'about',
  ssnLast4: 'about',
  email: 'contact',
  phone: 'contact',
  address1: 'address',
  address2: 'address',
  city: 'address',
  state: 'address',
  postalCode: 'address',
}

export const SECTIONS = ['about', 'contact', 'address'] as const satisfies Section[]

export function sectionOf(field: ProfileField): Section {
  return SECTION_OF[field]
}

/** Fields that a policy asks on a page, in order. Locked ones are shown there too. */
export function fieldsOf(section: Section, policy: FormPolicy): ProfileField[] {
  const demands = demandedFields(policy)
  return PROFILE_FIELDS.filter(
    (field) => SECTION_OF[field] === section && (demands[field] !== 'absent' || isLocked(policy, field)),
  )
}

export function initialValues(defaults: DefaultValues = {}): FormValues {
  const [year = '', month = '', day = ''] = (defaults.dateOfBirth ?? '').split('-')
  const text = (field: keyof DefaultValues) => defaults[field] ?? ''
  return {
    firstName: text('firstName'),
    lastName: text('lastName'),
    preferredFirstName: text('preferredFirstName'),
    preferredLastName: text('preferredLastName'),
    preferredPronouns: text('preferredPronouns'),
    dateOfBirth: { month, day, year },
    ssnLast4: '',
    email: text('email'),
    phone: text('phone'),
    address1: text('address1'),
    address2: text('address2'),
    city: text('city'),
    state: text('state'),
    postalCode: text('postalCode'),
  }
}

/**
 * From the inputs to a valid profile: the shared schema behind a change of shape.
 * @param now ms since the epoch; decides who is of age
 */
export function formSchema(policy: FormPolicy, now: number) {
  const demands = demandedFields(policy)
  const asked = PROFILE_FIELDS.filter((field) => demands[field] !== 'absent')
  const toInput = z.transform((values: FormValues): unknown => {
    const input: Profile = {}
    for (const field of asked)
      input[field] = field === 'dateOfBirth' ? toIsoDate(values.dateOfBirth) : values[field]
    return input
  })
  return z.pipe(toInput, profileSchema(policy, now))
}

function toIsoDate({ month, day, year }: FormValues['dateOfBirth']): string {
  const parts = [year.trim(), month.trim(), day.trim()]
  if (parts.every((part) => part === '')) return ''
  const [y = '', m = '', d = ''] = parts
  return `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`
}
