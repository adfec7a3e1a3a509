/** Every way in which a field can be refused. Codes are stable; sentences live in the language files only. */
export const FIELD_CODES = [
  'name.required',
  'name.too_long',
  'name.characters',
  'email.required',
  'email.format',
  'phone.required',
  'phone.format',
  'phone.country',
  'phone.area_code',
  'phone.toll_free',
  'address.required',
  'address.too_long',
  'address.po_box',
  'city.required',
  'city.too_long',
  'state.required',
  'state.unknown',
  'postal_code.required',
  'postal_code.format',
  'date_of_birth.required',
  'date_of_birth.format',
  'date_of_birth.under_age',
  'ssn.required',
  'ssn.format',
  'ssn.zero',
  'text.too_long',
  'field.locked',
  'field.not_asked',
] as const

/** One of {@link FIELD_CODES}. */
export type FieldCode = (typeof FIELD_CODES)[number]

/** A value in its normal form, or the code of the rule that refuses it. */
export type Verdict = { value: string } | { code: FieldCode }
