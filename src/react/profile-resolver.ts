import type { FieldErrors, Resolver } from 'react-hook-form'
import type { FormPolicy } from '../core/contract.ts'
import { profileSchema } from '../core/profile-schema.ts'
import type { Profile } from '../core/profile.ts'
import { profileOf } from './form-values.ts'
import type { FormValues } from './form-values.ts'

/**
 * Lets react-hook-form judge the answers by the shared schema. The error of a field is its code.
 * @param now ms since the epoch; decides who is of age
 */
export function profileResolver(policy: FormPolicy, now: number): Resolver<FormValues, unknown, Profile> {
  const schema = profileSchema(policy, now)
  return (values) => {
    const { data, error } = schema.safeParse(profileOf(values, policy))
    if (!error) return { values: data, errors: {} }
    const errors = error.issues.map(({ path, message }) => [path[0], { type: 'rule', message }])
    return { values: {}, errors: Object.fromEntries(errors) as FieldErrors<FormValues> }
  }
}
