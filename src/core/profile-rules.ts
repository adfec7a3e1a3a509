import type { FieldCode, Verdict } from './field-codes.ts'
import {
  normalizeAddress1,
  normalizeAddress2,
  normalizeCity,
  normalizePostalCode,
  normalizeState,
  normalizeText,
  stateMatchesPostalCode,
} from './address.ts'
import { normalizeDateOfBirth, normalizeEmail, normalizeSsnLast4 } from './fields.ts'
import { normalizeName } from './name.ts'
import { normalizePhone } from './phone.ts'
import { demandedFields, PROFILE_FIELDS } from './profile.ts'
import type { Profile, ProfileField, ProfilePolicy } from './profile.ts'

/** A profile in normal form, or what refuses it: a code per field. */
export type ProfileVerdict = { profile: Profile } | { refused: Partial<Record<ProfileField, FieldCode>> }

type Rule = (input: string, policy: ProfilePolicy, now: number) => Verdict

const RULES: Record<ProfileField, Rule> = {
  firstName: normalizeName,
  lastName: normalizeName,
  preferredFirstName: normalizeName,
  preferredLastName: normalizeName,
  preferredPronouns: normalizeText,
  dateOfBirth: (input, { minimumAge }, now) => normalizeDateOfBirth(input, minimumAge, now),
  ssnLast4: normalizeSsnLast4,
  email: normalizeEmail,
  phone: normalizePhone,
  address1: normalizeAddress1,
  address2: normalizeAddress2,
  city: normalizeCity,
  state: normalizeState,
  postalCode: normalizePostalCode,
}

/**
 * Judges a whole profile, as widget and proxy both do.
 * @param now ms since the epoch; decides who is of age
 */
export function judgeProfile(
  answers: Partial<Record<ProfileField, string>>,
  policy: ProfilePolicy,
  now: number,
): ProfileVerdict {
  const demands = demandedFields(policy)
  const profile: Profile = {}
  const refused: Partial<Record<ProfileField, FieldCode>> = {}
  for (const field of PROFILE_FIELDS) {
    const answer = answers[field] ?? ''
    if (demands[field] === 'absent' || (demands[field] === 'optional' && answer.trim() === '')) continue
    const verdict = RULES[field](answer, policy, now)
    if ('code' in verdict) refused[field] = verdict.code
    else profile[field] = verdict.value
  }
  const { state, postalCode } = profile
  if (state && postalCode && !stateMatchesPostalCode(state, postalCode))
    refused.postalCode = 'postal_code.other_state'
  return Object.keys(refused).length > 0 ? { refused } : { profile }
}
