import * as z from 'zod/mini'
import type { FormPolicy } from '../core/contract.ts'
import { demandedFields, isLocked, PROFILE_FIELDS, profileSchema } from '../core/profile.ts'
import type { Profile, ProfileField } from '../core/profile.ts'
import { normalizePhone } from '../core/phone.ts'
import { toIsoDate } from './date-of-birth.ts'
import type { DateParts } from './date-of-birth.ts'
import { stateFor } from './fields/states.ts'

/** What the form's inputs hold: text, and a date in three parts. */
export type FormValues = Record<Exclude<ProfileField, 'dateOfBirth'>, string> & {
  dateOfBirth: DateParts
}

/** What a partner may fill in beforehand; stays editable. The SSN never comes from outside. */
export type DefaultValues = Partial<Record<Exclude<ProfileField, 'ssnLast4'>, string>>

/** What is asked, in parts; each is a page of its own, or all are on one. */
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
    phone: nationalPhone(text('phone')),
    address1: text('address1'),
    address2: text('address2'),
    city: text('city'),
    state: stateFor(text('state'), '') ?? '',
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
    for (const field of asked) input[field] = asMeant(field, values)
    return input
  })
  return z.pipe(toInput, profileSchema(policy, now))
}

/** What the shared rules are asked about. They take no separators here; whoever types some is understood all the same. */
function asMeant(field: ProfileField, values: FormValues): string {
  if (field === 'dateOfBirth') return toIsoDate(values.dateOfBirth)
  if (field === 'ssnLast4') return values.ssnLast4.replace(/[ -]/g, '')
  if (field === 'postalCode') return values.postalCode.trim().replace(/^(\d{5}) ?(\d{4})$/, '$1-$2')
  return values[field]
}

/** `(415) 555-0132`; what is no phone number stays as it is. */
export function nationalPhone(typed: string): string {
  const verdict = normalizePhone(typed)
  return 'value' in verdict ? verdict.value.replace(/^\+1(...)(...)/, '($1) $2-') : typed
}

/** What stands in a field that `identify` supplies, masked. */
export function lockedValue(policy: FormPolicy, field: ProfileField): string {
  return isLocked(policy, field) ? (policy.lockedValues[field] ?? '') : ''
}
