import { describe, expect, it } from 'vitest'
import {
  normalizeAddress1,
  normalizeAddress2,
  normalizeCity,
  normalizeDateOfBirth,
  normalizeEmail,
  normalizeName,
  normalizePostalCode,
  normalizeSsnLast4,
  normalizeState,
  normalizeText,
} from '../../src/core/fields.ts'
import type { Verdict } from '../../src/core/field-codes.ts'
import { normalizePhone } from '../../src/core/phone.ts'

const NOON = Date.parse('2026-11-23T12:00:00Z')
const long = (length: number) => 'x'.repeat(length)

/** Field, rule, what is typed and passed on, what is typed and refused. */
const TABLE: [string, (input: string) => Verdict, Record<string, string>, Record<string, string>][] = [
  [
    'name',
    normalizeName,
    {
      Rosa: 'Rosa',
      '  Anna \t Lena ': 'Anna Lena',
      "O'Brien": "O'Brien",
      'D’Angelo': 'D’Angelo',
      'Jean-Luc': 'Jean-Luc',
      'Jr.': 'Jr.',
      'Jose\u0301': 'José',
      Null: 'Null',
      [long(64)]: long(64),
    },
    {
      '': 'name.required',
      '  ': 'name.required',
      [long(256)]: 'name.too_long',
      R2: 'name.characters',
      'a@b.co': 'name.characters',
      '<b>': 'name.characters',
      '-': 'name.characters',
      'Rosa😀': 'name.characters',
    },
  ],
  [
    'e-mail',
    normalizeEmail,
    {
      ' Rosa.Li+bank@EXAMPLE.Co.UK ': 'Rosa.Li+bank@example.co.uk',
      [`${long(64)}@x.io`]: `${long(64)}@x.io`,
      'a@1a.b-c.museum': 'a@1a.b-c.museum',
    },
    {
      '': 'email.required',
      rosa: 'email.format',
      'rosa@localhost': 'email.format',
      'ro..sa@x.io': 'email.format',
      '.rosa@x.io': 'email.format',
      'rosa@x.io.': 'email.format',
      'rosa@-x.io': 'email.format',
      'rosa@x.123': 'email.format',
      'rosa@@x.io': 'email.format',
      'ro sa@x.io': 'email.format',
      '"rosa"@x.io': 'email.format',
      'rosa@[1.2.3.4]': 'email.format',
      [`${long(65)}@x.io`]: 'email.format',
      [`a@${`${long(60)}.`.repeat(4)}${long(9)}.io`]: 'email.format',
    },
  ],
  [
    'phone',
    normalizePhone,
    {
      '(415) 555-0132': '+14155550132',
      '415.555.0132': '+14155550132',
      '1-415-555-0132': '+14155550132',
      '+1 415 555 0132': '+14155550132',
      'tel:+14155550132': '+14155550132',
      ' 4155550132\t': '+14155550132',
    },
    {
      '': 'phone.required',
      ' - ': 'phone.required',
      '555-0132': 'phone.format',
      '415-555-01322': 'phone.format',
      '415-555-CARD': 'phone.format',
      '415-555-0132 x2': 'phone.format',
      '415-555-0132; 415-555-0133': 'phone.format',
      '++14155550132': 'phone.format',
      [`4155550132${' 0'.repeat(60)}`]: 'phone.format',
      '+44 20 7946 0958': 'phone.country',
      '(115) 555-0132': 'phone.format',
      '(015) 555-0132': 'phone.area_code',
      '(415) 155-0132': 'phone.area_code',
      '(800) 555-0132': 'phone.toll_free',
      '+1 888 555 0132': 'phone.toll_free',
      '900-555-0132': 'phone.toll_free',
    },
  ],
  [
    'address line 1',
    normalizeAddress1,
    {
      ' 18  Harbor View Rd ': '18 Harbor View Rd',
      '12 Boxwood Ln': '12 Boxwood Ln',
      'RR 2 Box 152': 'RR 2 Box 152',
      '500 Post Office Square': '500 Post Office Square',
      [long(128)]: long(128),
    },
    {
      ' ': 'address.required',
      [long(129)]: 'address.too_long',
      'P.O. Box 12': 'address.po_box',
      'po box 12': 'address.po_box',
      'POB 12': 'address.po_box',
      'Post Office Box 12': 'address.po_box',
      'Postal Box 12': 'address.po_box',
      '18 Harbor View Rd, PO Box 12': 'address.po_box',
    },
  ],
  [
    'address line 2',
    normalizeAddress2,
    { '': '', ' Apt  4 ': 'Apt 4' },
    { 'P.O. Box 12': 'address.po_box', [long(129)]: 'address.too_long' },
  ],
  [
    'city',
    normalizeCity,
    { ' New  York ': 'New York', [long(128)]: long(128) },
    { '': 'city.required', [long(129)]: 'city.too_long' },
  ],
  [
    'state',
    normalizeState,
    { CA: 'CA', ' dc ': 'DC', pr: 'PR', AE: 'AE', vi: 'VI' },
    { ' ': 'state.required', XX: 'state.unknown', California: 'state.unknown', ON: 'state.unknown' },
  ],
  [
    'ZIP code',
    normalizePostalCode,
    { ' 94607 ': '94607', '94607-1234': '94607-1234', '00501': '00501' },
    {
      '': 'postal_code.required',
      '00012': 'postal_code.format',
      '9460': 'postal_code.format',
      '94607-': 'postal_code.format',
      '94607-12': 'postal_code.format',
      '٩٤٦٠٧': 'postal_code.format',
      'SW1A 1AA': 'postal_code.format',
    },
  ],
  [
    'date of birth',
    (input) => normalizeDateOfBirth(input, 18, NOON),
    { '2008-11-23': '2008-11-23', '1900-01-01': '1900-01-01', '2000-02-29': '2000-02-29' },
    {
      '': 'date_of_birth.required',
      '2008-11-24': 'date_of_birth.under_age',
      '2030-01-01': 'date_of_birth.under_age',
      '1991-02-29': 'date_of_birth.format',
      '1991-13-01': 'date_of_birth.format',
      '1991-04-31': 'date_of_birth.format',
      '1899-12-31': 'date_of_birth.format',
      '1991-1-4': 'date_of_birth.format',
      '11/04/1991': 'date_of_birth.format',
      ' 1991-11-04': 'date_of_birth.format',
      '1991-11-04T00:00': 'date_of_birth.format',
    },
  ],
  [
    'last four digits of the SSN',
    normalizeSsnLast4,
    { '4821': '4821', ' 0001\n': '0001' },
    {
      '': 'ssn.required',
      ' \t': 'ssn.required',
      '0000': 'ssn.zero',
      '482': 'ssn.format',
      '123454821': 'ssn.format',
      '123-45-4821': 'ssn.format',
      '48 21': 'ssn.format',
      '٤٨٢١': 'ssn.format',
      '\u00a04821': 'ssn.format',
    },
  ],
  [
    'text',
    normalizeText,
    { '': '', ' she / her ': 'she / her', [long(128)]: long(128) },
    { [long(129)]: 'text.too_long' },
  ],
]

describe.each(TABLE)('%s', (_, normalize, accepted, refused) => {
  it.each(Object.entries(accepted))('takes %j as %j', (input, value) => {
    expect(normalize(input)).toEqual({ value })
  })

  it.each(Object.entries(refused))('refuses %j: %s', (input, code) => {
    expect(normalize(input)).toEqual({ code })
  })
})

describe('coming of age', () => {
  it.each([
    ['an hour before the day ends in Samoa the day before', '2026-11-23T10:59:59Z', 'under_age'],
    ['when the day begins in Samoa, the last US place', '2026-11-23T11:00:00Z', 'of age'],
  ])('%s', (_, now, expected) => {
    const verdict = normalizeDateOfBirth('2008-11-23', 18, Date.parse(now))
    expect('value' in verdict ? 'of age' : verdict.code.slice(14)).toBe(expected)
  })

  it.each([
    ['2026-02-28T23:59:59Z', { code: 'date_of_birth.under_age' }],
    ['2026-03-01T11:00:00Z', { value: '2008-02-29' }],
  ])('counts a leap-day birthday from 1 March in common years: %s', (now, verdict) => {
    expect(normalizeDateOfBirth('2008-02-29', 18, Date.parse(now))).toEqual(verdict)
  })

  it('follows the minimum age of the partner', () => {
    expect(normalizeDateOfBirth('2008-11-23', 21, NOON)).toEqual({ code: 'date_of_birth.under_age' })
    expect(normalizeDateOfBirth('2005-11-23', 21, NOON)).toEqual({ value: '2005-11-23' })
  })
})
