import { demandedFields } from '../../core/profile.ts'
import type { ProfileField, ProfilePolicy } from '../../core/profile.ts'
import type { Messages } from './en.ts'

/** What a field is called; one that may stay empty says so. */
export function fieldLabel(messages: Messages, field: ProfileField, policy: ProfilePolicy): string {
  const label = messages.labels[field]
  return demandedFields(policy)[field] === 'optional' ? messages.optional(label) : label
}
