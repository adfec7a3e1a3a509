import { describe, expect, it } from 'vitest'
import {
  normalizeAddress1,
  normalizeAddress2,
  normalizeCity,
  normalizePostalCode,
  normalizeState,
  normalizeText,
  stateMatchesPostalCode,
} from '../../src/core/address.ts'
import type { FieldCode, Verdict } from '../../src/core/field-codes.ts'
import { normalizeDateOfBirth, normalizeEmail, normalizeSsnLast4 } from '../../src/core/fields.ts'
import { normalizeName } from '../../src/core/name.ts'
import { normalizePhone } from '../../src/core/phone.ts'
import { isStateCode, STATE_NAMES } from '../../src/core/states.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')

describe('a value padded with blanks', () => {
  it.each<[string, (input: string) => Verdict, string, FieldCode]>([
    ['a name', normalizeName, 'Rosa', 'name.too_long'],
    ['an e-mail address', normalizeEmail, 'rosa@example.com', 'email.too_long'],
    ['an SSN', normalizeSsnLast4, '4821', 'ssn.format'],
    ['line 1', normalizeAddress1, '1 A St', 'address.too_long'],
    ['line 2', normalizeAddress2, 'Apt 4', 'address.too_long'],
    ['a city', normalizeCity, 'Ely', 'city.too_long'],
    ['a text', normalizeText, 'they/them', 'text.too_long'],
    ['a state', normalizeState, 'CA', 'state.unknown'],
    ['a ZIP code', normalizePostalCode, '94607', 'postal_code.format'],
  ])('is read up to 1024 characters and refused beyond: %s', (_, normalize, value, code) => {
    expect(normalize(value.padEnd(1024))).toEqual({ value })
    expect(normalize(value.padStart(1024))).toEqual({ value })
    expect(normalize(value.padEnd(1025))).toEqual({ code })
  })
})

describe('an e-mail address', () => {
  const label = 'a'.repeat(63)
  const longest = `${'a'.repeat(64)}@${label}.${label}.${'a'.repeat(58)}.co`

  it.each([
    ['254 characters in all', longest],
    ['63 characters in a label', `a@${label}.com`],
    ['a label that begins with digits', 'a@mail.3com.com'],
    ['a last label with a digit at its end', 'a@example.x1'],
    ['a last label with a digit at its beginning', 'a@example.1x'],
    ['a label of digits that is not the last', 'a@163.com'],
  ])('may have %s', (_, email) => {
    expect(normalizeEmail(email)).toEqual({ value: email })
  })

  it.each([
    ['64 characters in a label', `a@${label}a.com`],
    ['a label with a hyphen in front', 'a@-b.com'],
    ['a label with a hyphen at its end', 'a@b-.com'],
    ['a last label of one digit', 'a@example.1'],
    ['a last label of digits', 'a@example.12'],
    ['two at signs', 'a@b.com@c.com'],
    ['no at sign', 'example.com'],
    ['nothing before the at sign', '@example.com'],
    ['a letter that only lower-casing makes plain', 'a@ban\u212a.com'],
  ])('may not have %s', (_, email) => {
    expect(normalizeEmail(email)).toEqual({ code: 'email.format' })
  })

  it('may not have 255 characters in all', () => {
    expect(normalizeEmail(`${longest}m`)).toEqual({ code: 'email.too_long' })
  })
})

describe('what nobody sees', () => {
  it.each(['Jo\u034fhn', 'John\ufe0f', 'J\u{e0100}ohn', 'Jo\u200dhn'])('is dropped from a name', (name) => {
    expect(normalizeName(name)).toEqual({ value: 'John' })
  })

  it.each(['\u3164', '\u115f\u1160', '\uffa0', '\ufe0f'])('alone is no city and no address', (text) => {
    expect(normalizeCity(text)).toEqual({ code: 'city.required' })
    expect(normalizeAddress1(text)).toEqual({ code: 'address.required' })
  })
})

describe('a date of birth', () => {
  it.each(['1990', '1990-01', '1990-1-1', '+001990-01-01', '1990-01-01T00:00', '1990-01-01 ', 'x1990-01-01'])(
    'is a whole date and nothing else: %s',
    (date) => {
      expect(normalizeDateOfBirth(date, 18, NOW)).toEqual({ code: 'date_of_birth.format' })
    },
  )

  it('of today is too young, not to come', () => {
    expect(normalizeDateOfBirth('2026-11-23', 18, NOW)).toEqual({ code: 'date_of_birth.under_age' })
    expect(normalizeDateOfBirth('2026-11-24', 18, NOW)).toEqual({ code: 'date_of_birth.future' })
  })
})

describe('the last four digits', () => {
  it('may have several blanks on both sides', () => {
    expect(normalizeSsnLast4(' \t4821 \n')).toEqual({ value: '4821' })
  })

  it.each(['123-45-6789', '123456789', '123-456789', '12345-6789'])('are told from the whole: %s', (ssn) => {
    expect(normalizeSsnLast4(ssn)).toEqual({ code: 'ssn.whole_number' })
  })

  it.each(['1123-45-6789', '123-45-67890', '48211', '4821x'])('are refused in %s', (ssn) => {
    expect(normalizeSsnLast4(ssn)).toEqual({ code: 'ssn.format' })
  })
})

describe('a name', () => {
  it.each<[string, FieldCode]>([
    ['ʻ-ʼ', 'name.no_letter'],
    ['ʻ;', 'name.symbol'],
    ['Zx\u0351 3', 'name.digit'],
    ['\u2066Ana', 'name.invisible'],
    ['Ana\ue000', 'name.invisible'],
  ])('is refused for what is wrong with it: %s', (name, code) => {
    expect(normalizeName(name)).toEqual({ code })
  })

  it('may have 64 letters outside the basic plane', () => {
    const letter = '\u{1df00}'
    expect(normalizeName(letter.repeat(64))).toEqual({ value: letter.repeat(64) })
    expect(normalizeName(letter.repeat(65))).toEqual({ code: 'name.too_long' })
  })
})

describe('a phone number', () => {
  it('may have blanks before its tel:', () => {
    expect(normalizePhone('  TEL:415-555-0132 ')).toEqual({ value: '+14155550132' })
  })

  it.each<[string, FieldCode]>([
    ['415-555 tel:0132', 'phone.letters'],
    ['415-555-0132 x7', 'phone.extension'],
    ['415-555-0132 ext 12', 'phone.extension'],
    ['415-555-0132 extension 123', 'phone.extension'],
    ['415-555-0132 #7', 'phone.extension'],
    ['415-555-0132 #123', 'phone.extension'],
    ['415-555-0132 x7 or 8y', 'phone.letters'],
    ['415-555-0132 x7*', 'phone.letters'],
    ['415-555-0132 #7*', 'phone.characters'],
    ['#415-555-0132', 'phone.characters'],
    ['415-555-0132#', 'phone.characters'],
    ['+', 'phone.length'],
    ['+2', 'phone.country'],
    ['\uff0b44 20 7946 0018', 'phone.country'],
  ])('is refused for what is wrong with it: %s', (phone, code) => {
    expect(normalizePhone(phone)).toEqual({ code })
  })

  it.each([
    ['202', 'Washington'],
    ['305', 'Miami'],
    ['315', 'Syracuse'],
    ['404', 'Atlanta'],
    ['443', 'Baltimore'],
    ['512', 'Austin'],
    ['617', 'Boston'],
    ['702', 'Las Vegas'],
    ['713', 'Houston'],
    ['773', 'Chicago'],
    ['808', 'Honolulu'],
    ['818', 'Los Angeles'],
    ['907', 'Anchorage'],
    ['989', 'Saginaw'],
  ])('may be one in area %s, %s', (area) => {
    expect(normalizePhone(`${area}5550132`)).toEqual({ value: `+1${area}5550132` })
  })
})

describe('a state', () => {
  it('is one of the 50, the district, five territories and three areas of the armed forces', () => {
    const states =
      'ALAKAZARCACOCTDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWY'
    const others = 'DCASGUMPPRVIAAAEAP'
    const codes = (states + others).match(/../g) ?? []
    expect(codes).toHaveLength(50 + 1 + 5 + 3)
    expect(Object.keys(STATE_NAMES).sort()).toEqual(codes.sort())
    expect(codes.every(isStateCode)).toBe(true)
    expect(['ON', 'FM', 'ca', '', 'C', 'CAL'].filter(isStateCode)).toEqual([])
  })
})

describe('a ZIP code', () => {
  it.each([
    ['34001', ['AA']],
    ['09001', ['AE']],
    ['09899', ['AE']],
    ['96201', ['AP']],
    ['96699', ['AP']],
    ['00601', ['PR']],
    ['00795', ['PR']],
    ['00901', ['PR']],
    ['00801', ['VI']],
    ['96910', ['GU', 'MP']],
    ['96950', ['GU', 'MP']],
    ['96799', ['AS']],
  ])('that only %s may use is refused for every other state', (zip, owners) => {
    expect(
      Object.keys(STATE_NAMES)
        .filter((state) => stateMatchesPostalCode(state, zip))
        .sort(),
    ).toEqual(owners)
  })

  // Each has the digits of a reserved prefix, but not in front.
  it.each([
    '93401',
    '10962',
    '49631',
    '10069',
    '10080',
    '49690',
    '94607-3401',
    '94607-0098',
    '96798',
    '09999',
  ])('decides nothing between the other states: %s', (zip) => {
    const open = Object.keys(STATE_NAMES).filter((state) => stateMatchesPostalCode(state, zip))
    expect(open).toHaveLength(50 + 1)
    expect(open).toContain('CA')
    expect(open).not.toContain('PR')
  })
})
