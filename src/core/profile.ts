/** Astra's verification types. @see https://docs.astra.finance/docs/guide-to-onboarding-receive-only-users */
export type KycType = 'verified' | 'unverified' | 'receive-only'

/** What a person may be asked. */
export type ProfileField = keyof typeof ALWAYS

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
 * Locked and absent fields are missing, and so is an optional field left empty.
 */
export type Profile = Partial<Record<ProfileField, string>>

/** In the order in which it is asked. */
const ALWAYS = {
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
} satisfies Record<string, Demand>

/** The fields of a profile, in that order. */
export const PROFILE_FIELDS = Object.keys(ALWAYS) as ProfileField[]

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
  const demands: Record<ProfileField, Demand> = { ...ALWAYS, ...RELAXED[policy.kycType] }
  if (policy.kycDelegation) demands.ssnLast4 = 'absent'
  for (const field of policy.optionalFields) if (demands[field] === 'absent') demands[field] = 'optional'
  for (const field of policy.locked) demands[field] = 'absent'
  return demands
}
