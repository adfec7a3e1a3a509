import type { FieldCode } from '../../core/field-codes.ts'
import type { ProfileField } from '../../core/profile.ts'
import type { Messages } from './en.ts'

/** The sentence for a refused field. Two fields may share a code; where that would be unclear, the field has its own. */
export function fieldError(messages: Messages, field: ProfileField, code: FieldCode): string {
  if (code === 'name.required' && field === 'firstName') return messages.missingFirstName
  if (code === 'name.required' && field === 'lastName') return messages.missingLastName
  return messages.fieldErrors[code]
}
