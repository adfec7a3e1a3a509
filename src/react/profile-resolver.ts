import type { FieldErrors, Resolver } from 'react-hook-form'
import type { FormPolicy } from '../core/contract.ts'
import { judgeProfile } from '../core/profile-rules.ts'
import type { Profile } from '../core/profile.ts'
import { profileOf } from './form-values.ts'
import type { FormValues } from './form-values.ts'

/**
 * Lets react-hook-form judge the answers by the rules that the proxy has too. The error of a field is its code.
 * @param now ms since the epoch; decides who is of age
 */
export function profileResolver(policy: FormPolicy, now: number): Resolver<FormValues, unknown, Profile> {
  return (values) => {
    const verdict = judgeProfile(profileOf(values), policy, now)
    if ('profile' in verdict) return { values: verdict.profile, errors: {} }
    const errors = Object.entries(verdict.refused).map(([field, code]) => [
      field,
      { type: code, message: code },
    ])
    return { values: {}, errors: Object.fromEntries(errors) as FieldErrors<FormValues> }
  }
}
