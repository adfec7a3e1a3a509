import * as z from 'zod/mini'
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

/** Astra's verification types. @see https://docs.astra.finance/docs/guide-to-onboarding-receive-only-users */
export type KycType = 'verified' | 'unverified' | 'receive-only'

/** The profile of a person, in the order in which it is asked. */
export const PROFILE_FIELDS = [
  'firstName',
  'lastName',
  'preferredFirstName',
  'preferredLastName',
  'preferredPronouns',
  'dateOfBirth',
  'ssnLast4',
  'email',
  'phone',
  'address1',
  'address2',
  'city',
  'state',
  'postalCode',
] as const

/** One of {@link PROFILE_FIELDS}. */
export type ProfileField = (typeof PROFILE_FIELDS)[number]

/** Fields that a partner may ask for although Astra does not require them. */
export type OptionalField =
  'preferredFirstName' | 'preferredLastName' | 'preferredPronouns' | 'dateOfBirth' | 'ssnLast4'

/** The partner's policy: who may onboard and what is asked. */
export interface ProfilePolicy {
  kycType: KycType
  /** True when the partner verifies identities itself under an agreement with Astra. */
  kycDelegation: boolean
  /** In years. */
  minimumAge: number
  optionalFields: readonly OptionalField[]
  /** Fields that `identify` supplies: shown masked, never sent by the browser. */
  locked: readonly ('email' | 'phone')[]
}

/** True for a field that `identify` supplies. */
export function isLocked(
  policy: Pick<ProfilePolicy, 'locked'>,
  field: ProfileField,
): field is 'email' | 'phone' {
  return (policy.locked as readonly string[]).includes(field)
}

/** Whether a field must be given, may be given, or is not asked at all. */
export type Demand = 'required' | 'optional' | 'absent'

/**
 * A validated profile in normal form: E.164 phone, ISO date of birth, two-letter state.
 * Locked and absent fields are missing; an optional field left empty is missing or undefined.
 */
export type Profile = Partial<Record<ProfileField, string>>

const ALWAYS: Record<ProfileField, Demand> = {
  firstName: 'required',
  lastName: 'required',
  preferredFirstName: 'absent',
  preferredLastName: 'absent',
  preferredPronouns: 'absent',
  dateOfBirth: 'required',
  ssnLast4: 'required',
  email: 'required',
  phone: 'required',
  address1: 'required',
  address2: 'optional',
  city: 'required',
  state: 'required',
  postalCode: 'required',
}

/** What Astra relaxes per verification type; relaxed means not asked, unless the partner lists it. */
const RELAXED: Record<KycType, Partial<Record<ProfileField, Demand>>> = {
  verified: {},
  unverified: { ssnLast4: 'absent' },
  'receive-only': { ssnLast4: 'absent', dateOfBirth: 'absent' },
}

/**
 * Which fields a policy asks for.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
export function demandedFields(policy: ProfilePolicy): Record<ProfileField, Demand> {
  const demands = { ...ALWAYS, ...RELAXED[policy.kycType] }
  if (policy.kycDelegation) demands.ssnLast4 = 'absent'
  for (const field of policy.optionalFields) if (demands[field] === 'absent') demands[field] = 'optional'
  for (const field of policy.locked) demands[field] = 'absent'
  return demands
}

/**
 * The schema that widget and proxy share. Issues carry codes as messages, never sentences and never the value.
 * @param now ms since the epoch; decides who is of age. A function, for a schema that is kept
 */
export function profileSchema(policy: ProfilePolicy, now: number | (() => number)): z.ZodMiniType<Profile> {
  const instant = typeof now === 'number' ? () => now : now
  const normalize: Record<ProfileField, (input: string) => Verdict> = {
    firstName: normalizeName,
    lastName: normalizeName,
    preferredFirstName: normalizeName,
    preferredLastName: normalizeName,
    preferredPronouns: normalizeText,
    dateOfBirth: (input) => normalizeDateOfBirth(input, policy.minimumAge, instant()),
    ssnLast4: normalizeSsnLast4,
    email: normalizeEmail,
    phone: normalizePhone,
    address1: normalizeAddress1,
    address2: normalizeAddress2,
    city: normalizeCity,
    state: normalizeState,
    postalCode: normalizePostalCode,
  }
  const schemaFor: Record<Demand, (field: ProfileField) => z.ZodMiniType<string | undefined>> = {
    required: (field) => requiredField(normalize[field]),
    optional: (field) => optionalField(normalize[field]),
    absent: (field) => absentField(isLocked(policy, field) ? 'field.locked' : 'field.not_asked'),
  }
  const demands = demandedFields(policy)
  const shape: Partial<Record<ProfileField, z.ZodMiniType<string | undefined>>> = {}
  for (const field of PROFILE_FIELDS) shape[field] = schemaFor[demands[field]](field)
  const stateAndPostalCodeAgree = z.refine<Home>(
    ({ state, postalCode }) => stateMatchesPostalCode(state, postalCode),
    { error: 'postal_code.other_state' satisfies FieldCode, path: ['postalCode'] },
  )
  return (z.strictObject(shape) as unknown as z.ZodMiniType<Home>).check(stateAndPostalCodeAgree)
}

/** Every policy demands these two. */
type Home = Profile & { state: string; postalCode: string }

type FieldContext = { issues: { code: 'custom'; message: string; input: unknown }[] }

/** A schema takes longer to make than to use, so each rule gets its own only once. */
function oncePerRule<Schema>(make: (normalize: (input: string) => Verdict) => Schema): typeof make {
  const made = new WeakMap<(input: string) => Verdict, Schema>()
  return (normalize) => {
    const schema = made.get(normalize) ?? make(normalize)
    made.set(normalize, schema)
    return schema
  }
}

const requiredField = oncePerRule((normalize) =>
  field((input, context) => judge(normalize(typeof input === 'string' ? input : ''), input, context)),
)

const optionalField = oncePerRule((normalize) =>
  z.optional(
    field((input, context) => {
      if (typeof input === 'string' && input.trim() === '') return undefined
      return judge(normalize(typeof input === 'string' ? input : '\0'), input, context)
    }),
  ),
)

function absentField(code: FieldCode) {
  return z.optional(field((input, context) => judge({ code }, input, context)))
}

function field(transform: (input: unknown, context: FieldContext) => string | undefined) {
  return z.pipe(
    z.unknown(),
    z.transform((input, context) => transform(input, context as FieldContext)),
  )
}

function judge(verdict: Verdict, input: unknown, context: FieldContext): string {
  if ('value' in verdict) return verdict.value
  context.issues.push({ code: 'custom', message: verdict.code, input })
  return z.NEVER
}
