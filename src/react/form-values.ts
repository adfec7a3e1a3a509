import type { FormPolicy } from '../core/contract.ts'
import { demandedFields, isLocked, PROFILE_FIELDS } from '../core/profile.ts'
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
export type DefaultValues = Partial<Record<Exclude<ProfileField, 'ssnLast4'>, string | undefined>>

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
  const texts = Object.fromEntries(
    PROFILE_FIELDS.map((field) => [field, (defaults as Record<string, string>)[field] ?? '']),
  ) as Record<ProfileField, string>
  return {
    ...texts,
    dateOfBirth: { month, day, year },
    ssnLast4: '',
    phone: nationalPhone(texts.phone),
    state: stateFor(texts.state, '') ?? '',
  }
}

/** What was typed, as the shared rules take it. They pass over what a policy does not ask. */
export function profileOf(values: FormValues): Profile {
  return Object.fromEntries(PROFILE_FIELDS.map((field) => [field, asMeant(field, values)]))
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
