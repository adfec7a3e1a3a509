import type * as z from 'zod/mini'
import { profileSchema } from '../core/profile.ts'
import type { Profile, ProfilePolicy } from '../core/profile.ts'

/** The schema for whoever has these fields locked. */
export type KeptProfileSchema = (locked: ProfilePolicy['locked']) => z.ZodMiniType<Profile>

/** A schema takes several times longer to make than to use, and there are four of a policy. */
export function keepProfileSchemas(
  policy: Omit<ProfilePolicy, 'locked'>,
  now: () => number,
): KeptProfileSchema {
  const kept = new Map<string, z.ZodMiniType<Profile>>()
  return (locked) => {
    const key = locked.join()
    const schema = kept.get(key) ?? profileSchema({ ...policy, locked }, now)
    kept.set(key, schema)
    return schema
  }
}
