import type { FieldCode } from './field-codes.ts'
import { judgeProfile } from './profile-rules.ts'
import type { ProfileVerdict } from './profile-rules.ts'
import { demandedFields, isLocked, PROFILE_FIELDS } from './profile.ts'
import type { Profile, ProfileField, ProfilePolicy } from './profile.ts'

type Refused = Partial<Record<ProfileField, FieldCode>>

/**
 * Judges what came from a browser, which may be anything: by the rules of the form, and nothing that was not asked.
 * @param now ms since the epoch; decides who is of age
 * @returns null for what is no profile at all
 */
export function judgeInput(input: unknown, policy: ProfilePolicy, now: number): ProfileVerdict | null {
  if (!isProfile(input)) return null
  const { answers, unwanted } = sortOut(input, policy)
  const verdict = judgeProfile(answers, policy, now)
  const refused = 'refused' in verdict ? { ...unwanted, ...verdict.refused } : unwanted
  return Object.keys(refused).length > 0 ? { refused } : verdict
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

/** What was asked, as text; and what was not, which our own form never sends. */
function sortOut(
  input: Partial<Record<ProfileField, unknown>>,
  policy: ProfilePolicy,
): { answers: Profile; unwanted: Refused } {
  const demands = demandedFields(policy)
  const answers: Profile = {}
  const unwanted: Refused = {}
  for (const field of PROFILE_FIELDS) {
    const given = input[field]
    if (given === undefined) continue
    if (demands[field] === 'absent')
      unwanted[field] = isLocked(policy, field) ? 'field.locked' : 'field.not_asked'
    else if (typeof given === 'string') answers[field] = given
    // What is no text is nothing where something is required, and something illegible where it is not.
    else if (demands[field] === 'optional') answers[field] = '\0'
  }
  return { answers, unwanted }
}
