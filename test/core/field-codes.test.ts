import { describe, expect, it } from 'vitest'
import { FIELD_CODES } from '../../src/core/field-codes.ts'
import { judgeInput } from '../../src/core/profile-input.ts'
import type { Profile, ProfileField } from '../../src/core/profile.ts'
import { POLICY } from '../support/corpus.ts'
import { FIELD_EXAMPLES } from '../support/field-examples.ts'
import { ROSA } from '../support/harness.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')
const policy = { ...POLICY, optionalFields: ['preferredPronouns'] as const }
const examples = Object.entries(FIELD_EXAMPLES).map(([code, example]) => ({ code, ...example }))

/** What is refused, or the normal form, when one field of a good profile is another. */
function judge(field: ProfileField, value: unknown) {
  const verdict = judgeInput({ ...ROSA, [field]: value }, policy, NOW) ?? {}
  return { refused: {}, profile: {} as Profile, ...verdict }
}

describe('every field code', () => {
  it.each(examples)('$code: refuses, because $rule', ({ code, field, refused }) => {
    expect(judge(field, refused).refused).toEqual({ [field]: code })
  })

  it.each(examples)('$code: accepts the neighbour', ({ field, accepted }) => {
    expect(judge(field, accepted).profile[field]).toBeTypeOf('string')
  })

  it.each(examples)('$code: the normal form of the neighbour is normal', ({ field, accepted }) => {
    const value = judge(field, accepted).profile[field]
    expect(judge(field, value).profile[field]).toBe(value)
  })

  it('is listed once and has an example, but for the two about what is not asked', () => {
    expect(new Set(FIELD_CODES).size).toBe(FIELD_CODES.length)
    expect([...Object.keys(FIELD_EXAMPLES), 'field.locked', 'field.not_asked'].sort()).toEqual(
      [...FIELD_CODES].sort(),
    )
  })
})

it('judges address line 2 as line 1', () => {
  expect(judge('address2', 'PO Box 3').refused).toEqual({ address2: 'address.po_box' })
  expect(judge('address2', ' Apt  4 ').profile.address2).toBe('Apt 4')
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
      expect(Object.keys(judge(field, input).refused)).toEqual([field])
    }
  },
)
