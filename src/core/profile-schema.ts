import * as z from 'zod/mini'
import { judgeProfile } from './profile-rules.ts'
import type { Profile, ProfilePolicy } from './profile.ts'

/**
 * The rules as a schema. Issues carry codes as messages, never sentences and never the value; what is no profile at
 * all is an issue without a path.
 * @param now ms since the epoch; decides who is of age
 */
export function profileSchema(policy: ProfilePolicy, now: number): z.ZodMiniType<Profile> {
  return z.transform((input: unknown, context) => {
    const verdict = judgeProfile(input, policy, now)
    if ('profile' in verdict) return verdict.profile
    const issues = Object.entries(verdict.refused).map(([field, message]) => ({ message, path: [field] }))
    for (const issue of issues.length > 0 ? issues : [{ message: 'no profile', path: [] }])
      context.issues.push({ code: 'custom', input, ...issue })
    return z.NEVER
  })
}
