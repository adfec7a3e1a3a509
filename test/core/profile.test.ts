import { describe, expect, it } from 'vitest'
import { judgeInput } from '../../src/core/profile-input.ts'
import { demandedFields, PROFILE_FIELDS } from '../../src/core/profile.ts'
import type { Demand, ProfileField, ProfilePolicy } from '../../src/core/profile.ts'
import { ROSA } from '../support/harness.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')

const policy = (change: Partial<ProfilePolicy> = {}): ProfilePolicy => ({
  kycType: 'verified',
  kycDelegation: false,
  minimumAge: 18,
  optionalFields: [],
  locked: [],
  ...change,
})

const VERIFIED: Record<ProfileField, Demand> = {
  firstName: 'required',
  lastName: 'required',
  preferredFirstName: 'absent',
  preferredLastName: 'absent',
  preferredPronouns: 'absent',
  dateOfBirth: 'required',
  ssnLast4: 'required',
  email: 'required',
  phone: 'required',
  address1: 'required',
  address2: 'optional',
  city: 'required',
  state: 'required',
  postalCode: 'required',
}

const NO_SSN = { ssnLast4: 'absent' } as const
const NO_PROOF = { ssnLast4: 'absent', dateOfBirth: 'absent' } as const

describe('demandedFields', () => {
  it.each<[string, Partial<ProfilePolicy>, Partial<Record<ProfileField, Demand>>]>([
    ['asks a verified person for everything', {}, {}],
    ['asks no SSN under delegation', { kycDelegation: true }, NO_SSN],
    ['asks an unverified person for no SSN', { kycType: 'unverified' }, NO_SSN],
    [
      'asks an unverified person for no SSN under delegation',
      { kycType: 'unverified', kycDelegation: true },
      NO_SSN,
    ],
    ['asks a receive-only person for neither proof', { kycType: 'receive-only' }, NO_PROOF],
    [
      'asks a receive-only person for neither proof under delegation',
      { kycType: 'receive-only', kycDelegation: true },
      NO_PROOF,
    ],
    [
      'asks for relaxed proofs when the partner lists them, but never demands them',
      { kycType: 'receive-only', optionalFields: ['ssnLast4', 'dateOfBirth'] },
      { ssnLast4: 'optional', dateOfBirth: 'optional' },
    ],
    [
      'asks for an SSN under delegation when the partner lists it',
      { kycDelegation: true, optionalFields: ['ssnLast4'] },
      { ssnLast4: 'optional' },
    ],
    [
      'asks for preferred names and pronouns when the partner lists them',
      { optionalFields: ['preferredFirstName', 'preferredLastName', 'preferredPronouns'] },
      { preferredFirstName: 'optional', preferredLastName: 'optional', preferredPronouns: 'optional' },
    ],
    ['never makes a required proof optional', { optionalFields: ['ssnLast4', 'dateOfBirth'] }, {}],
    [
      'does not ask for what identify supplies',
      { locked: ['email', 'phone'] },
      { email: 'absent', phone: 'absent' },
    ],
    ['locks one of the two', { locked: ['phone'] }, { phone: 'absent' }],
    [
      'locks whatever else is relaxed',
      { kycType: 'receive-only', kycDelegation: true, locked: ['email'] },
      { ...NO_PROOF, email: 'absent' },
    ],
  ])('%s', (_, change, demands) => {
    expect(demandedFields(policy(change))).toEqual({ ...VERIFIED, ...demands })
  })

  it('keeps the order in which the fields are asked', () => {
    expect(Object.keys(demandedFields(policy()))).toEqual(PROFILE_FIELDS)
  })
})

describe('judgeInput', () => {
  /** The codes per field; the normal form when nothing is refused. */
  function judge(input: unknown, change: Partial<ProfilePolicy> = {}) {
    const verdict = judgeInput(input, policy(change), NOW)
    return verdict && ('profile' in verdict ? verdict.profile : verdict.refused)
  }

  it('answers the normal form, without what was left empty', () => {
    expect(judge({ ...ROSA, firstName: ' Rosa ', state: 'ca', address2: ' ' })).toEqual({
      ...ROSA,
      phone: '+14155550142',
    })
  })

  it('names every field that is missing', () => {
    expect(judge({})).toEqual({
      firstName: 'name.required',
      lastName: 'name.required',
      dateOfBirth: 'date_of_birth.required',
      ssnLast4: 'ssn.required',
      email: 'email.required',
      phone: 'phone.required',
      address1: 'address.required',
      city: 'city.required',
      state: 'state.required',
      postalCode: 'postal_code.required',
    })
  })

  it.each([
    ['a number', { ssnLast4: 4821 }, { ssnLast4: 'ssn.required' }],
    ['a list', { firstName: ['Rosa'] }, { firstName: 'name.required' }],
    ['null', { city: null }, { city: 'city.required' }],
    [
      'a value for a field that is not asked',
      { preferredPronouns: 'she' },
      { preferredPronouns: 'field.not_asked' },
    ],
    ['an invalid optional value', { address2: 'PO Box 1' }, { address2: 'address.po_box' }],
    ['a number for an optional value', { address2: 4 }, { address2: 'text.control' }],
    ['null for an optional value', { address2: null }, { address2: 'text.control' }],
  ])('refuses %s', (_, change, codes) => {
    expect(judge({ ...ROSA, ...change })).toEqual(codes)
  })

  it('refuses what identify supplies', () => {
    const codes = { email: 'field.locked', phone: 'field.locked' }
    expect(judge(ROSA, { locked: ['email', 'phone'] })).toEqual(codes)
  })

  it('refuses a proof that the policy does not ask for', () => {
    const codes = { ssnLast4: 'field.not_asked', dateOfBirth: 'field.not_asked' }
    expect(judge(ROSA, { kycType: 'receive-only' })).toEqual(codes)
  })

  it('checks an optional proof only when it is given', () => {
    const change: Partial<ProfilePolicy> = { kycDelegation: true, optionalFields: ['ssnLast4'] }
    expect(judge({ ...ROSA, ssnLast4: '' }, change)).not.toHaveProperty('ssnLast4')
    expect(judge({ ...ROSA, ssnLast4: '0000' }, change)).toEqual({ ssnLast4: 'ssn.zero' })
    expect(judge({ ...ROSA, ssnLast4: '4821' }, change)).toMatchObject({ ssnLast4: '4821' })
  })

  it('says that state and ZIP code do not agree beside what else is wrong', () => {
    expect(judge({ ...ROSA, city: '', state: 'AE' })).toEqual({
      city: 'city.required',
      postalCode: 'postal_code.other_state',
    })
  })

  it('follows the minimum age', () => {
    const seventeen = { ...ROSA, dateOfBirth: '2008-11-24' }
    expect(judge(seventeen)).toEqual({ dateOfBirth: 'date_of_birth.under_age' })
    expect(judge(seventeen, { minimumAge: 17 })).toMatchObject({ dateOfBirth: '2008-11-24' })
  })

  it.each([null, undefined, 'x', 7, [], { ...ROSA, status: 'approved' }])(
    'refuses %j as a whole',
    (input) => {
      expect(judge(input)).toBeNull()
    },
  )

  it('keeps what was typed out of the codes', () => {
    expect(judge({ ...ROSA, ssnLast4: '777-77-7777', email: 'canary' })).toEqual({
      ssnLast4: 'ssn.whole_number',
      email: 'email.format',
    })
  })
})
