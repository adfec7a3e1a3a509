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
import { demandedFields, isLocked, PROFILE_FIELDS } from './profile.ts'
import type { Demand, Profile, ProfileField, ProfilePolicy } from './profile.ts'

/** A profile in normal form, or what refuses it: a code per field; no field at all where it is no profile. */
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
export function judgeProfile(input: unknown, policy: ProfilePolicy, now: number): ProfileVerdict {
  if (!isProfile(input)) return { refused: {} }
  const demands = demandedFields(policy)
  const profile: Profile = {}
  const refused: Partial<Record<ProfileField, FieldCode>> = {}
  for (const field of PROFILE_FIELDS) {
    const given = input[field]
    if (isLeftOut(given, demands[field])) continue
    const verdict: Verdict =
      demands[field] === 'absent'
        ? { code: isLocked(policy, field) ? 'field.locked' : 'field.not_asked' }
        : RULES[field](textOf(given, demands[field]), policy, now)
    if ('code' in verdict) refused[field] = verdict.code
    else profile[field] = verdict.value
  }
  const { state, postalCode } = profile
  if (state && postalCode && !stateMatchesPostalCode(state, postalCode))
    refused.postalCode = 'postal_code.other_state'
  return Object.keys(refused).length > 0 ? { refused } : { profile }
}

/** A record of nothing but fields. */
function isProfile(input: unknown): input is Partial<Record<ProfileField, unknown>> {
  return (
    typeof input === 'object' &&
    input !== null &&
    !Array.isArray(input) &&
    Object.keys(input).every((name) => (PROFILE_FIELDS as readonly string[]).includes(name))
  )
}

function isLeftOut(given: unknown, demand: Demand): boolean {
  if (demand === 'required') return false
  return given === undefined || (demand === 'optional' && typeof given === 'string' && given.trim() === '')
}

/** What is no text is nothing where something is required, and something illegible where it is not. */
function textOf(given: unknown, demand: Demand): string {
  if (typeof given === 'string') return given
  return demand === 'required' ? '' : '\0'
}
