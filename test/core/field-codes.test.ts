import { describe, expect, it } from 'vitest'
import { FIELD_CODES } from '../../src/core/field-codes.ts'
import { profileSchema } from '../../src/core/profile-schema.ts'
import type { Profile, ProfileField } from '../../src/core/profile.ts'
import { POLICY } from '../support/corpus.ts'
import { FIELD_EXAMPLES } from '../support/field-examples.ts'
import { ROSA } from '../support/harness.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')
const policy = { ...POLICY, optionalFields: ['preferredPronouns'] as const }
const examples = Object.entries(FIELD_EXAMPLES).map(([code, example]) => ({ code, ...example }))

const parse = (field: ProfileField, value: string) =>
  profileSchema(policy, NOW).safeParse({ ...ROSA, [field]: value })

describe('every field code', () => {
  it.each(examples)('$code: refuses, because $rule', ({ code, field, refused }) => {
    const { error } = parse(field, refused)
    expect(error?.issues.map(({ path, message }) => [path[0], message])).toEqual([[field, code]])
  })

  it.each(examples)('$code: accepts the neighbour', ({ field, accepted }) => {
    const { data } = parse(field, accepted)
    expect(data?.[field]).toBeTypeOf('string')
  })

  it.each(examples)('$code: the normal form of the neighbour is normal', ({ field, accepted }) => {
    const value = parse(field, accepted).data?.[field] ?? ''
    expect(parse(field, value).data?.[field]).toBe(value)
  })

  it('is listed once and has an example, but for the two about what is not asked', () => {
    expect(new Set(FIELD_CODES).size).toBe(FIELD_CODES.length)
    expect([...Object.keys(FIELD_EXAMPLES), 'field.locked', 'field.not_asked'].sort()).toEqual(
      [...FIELD_CODES].sort(),
    )
  })
})

it('judges address line 2 as line 1', () => {
  expect(parse('address2', 'PO Box 3').error?.issues[0]?.message).toBe('address.po_box')
  expect((parse('address2', ' Apt  4 ').data as Profile).address2).toBe('Apt 4')
})

it.each([null, 42, ['Rosa'], { length: 4 }, true])(
  'refuses %j, which is no text, and does not fail',
  (input) => {
    for (const field of [
      'firstName',
      'email',
      'phone',
      'address1',
      'state',
      'dateOfBirth',
      'ssnLast4',
    ] as const) {
      const { error } = profileSchema(policy, NOW).safeParse({ ...ROSA, [field]: input })
      expect(error?.issues.map(({ path }) => path[0])).toEqual([field])
    }
  },
)
