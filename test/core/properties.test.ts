import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  normalizeAddress1,
  normalizeAddress2,
  normalizeCity,
  normalizePostalCode,
  normalizeState,
  normalizeText,
} from '../../src/core/address.ts'
import type { Verdict } from '../../src/core/field-codes.ts'
import { normalizeDateOfBirth, normalizeEmail, normalizeSsnLast4 } from '../../src/core/fields.ts'
import { normalizeName } from '../../src/core/name.ts'
import { normalizePhone } from '../../src/core/phone.ts'
import { hasPoBox } from '../../src/core/po-box.ts'
import { STATE_NAMES } from '../../src/core/states.ts'
import { normalizePublicIp } from '../../src/server/ip-address.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')

interface Normaliser {
  name: string
  normalize: (input: string) => Verdict
  /** Exactly what may come out. */
  output: RegExp
  /** Pieces of which near misses and hits are built. */
  pieces: readonly string[]
  /** What people type, and what must come of it. */
  typed: fc.Arbitrary<{ input: string; value: string }>
}

const digit = fc.constantFrom(...'0123456789')
const digits = (length: number) =>
  fc.array(digit, { minLength: length, maxLength: length }).map((list) => list.join(''))
const blank = fc.constantFrom('', ' ', '  ', '\t', '\u00a0', '\u2003')
const asciiBlank = fc.constantFrom('', ' ', '\t', '\n', ' \n')
const invisible = fc.constantFrom('', '\u200b', '\ufeff', '\u00ad', '\u200e')
const letters = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ž]{1,12}$/).map((text) => text.normalize('NFC'))

const lines = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), letters, blank, blank, invisible)
  .map(([number, street, before, between, noise]) => ({
    input: `${before}${number} ${between}${noise}${street} ${between}St${before}`,
    value: `${number} ${street} St`,
  }))
  .filter(({ value }) => !hasPoBox(value))

const PHONE_PIECES = [...'0123456789+()-./ x#*;,a', '\u00a0', '\u2011', '\u200b', '\uff11', '\u0664', '\uff0b', 'tel:', '415', '555'] // prettier-ignore
const LINE_PIECES = ['P.O.', 'po', 'Box', 'box', ' ', '.', '12', '0', 'Drawer', 'St', 'Main', '\u043e', '\u200b', '\n', 'é', '\u0000', 'apartado'] // prettier-ignore

const NORMALISERS: Normaliser[] = [
  {
    name: 'normalizePhone',
    normalize: normalizePhone,
    output: /^\+1[2-9]\d{2}[2-9]\d{6}$/,
    pieces: PHONE_PIECES,
    typed: fc
      .tuple(
        fc.constantFrom('', '1', '+1', '\uff0b1', 'tel:+1', '1-'),
        fc.constantFrom('415', '212', '808', '989'),
        fc.stringMatching(/^[2-9](0\d|1[02-9]|[2-9]\d)$/),
        digits(4),
        fc.constantFrom('', '-', ' ', '.', '/', '\u2013', '\u00a0'),
        invisible,
      )
      .map(([prefix, area, exchange, line, gap, noise]) => ({
        input: ` ${prefix}(${area})${gap}${noise}${exchange}${gap}${line} `,
        value: `+1${area}${exchange}${line}`,
      })),
  },
  {
    name: 'normalizeName',
    normalize: normalizeName,
    output: /^(?!\s)[\p{Script=Latin}\p{Mn} .'’‘ʻʼ-]{1,64}(?<!\s)$/u,
    pieces: [
      'a',
      'É',
      'e\u0301',
      ' ',
      '\u00a0',
      '\n',
      '\u200b',
      '\u0301',
      "'",
      'ʻ',
      '-',
      '.',
      '3',
      '\u202e',
      'П',
      '<',
      '@',
    ],
    typed: fc
      .tuple(letters, fc.constantFrom('-', ' ', "'", '’', '. ', 'ʻ'), letters, blank, invisible)
      .map(([first, sign, second, around, noise]) => ({
        input: `${around}${first.normalize('NFD')}${noise}${sign}${second}${around}`,
        value: `${first}${sign}${second}`,
      })),
  },
  {
    name: 'normalizeEmail',
    normalize: normalizeEmail,
    output: /^[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/,
    pieces: ['a', 'B', '.', '@', '-', '+', ' ', '1', 'example.com', 'é', '"', '\t', '..'],
    typed: fc
      .tuple(
        fc.stringMatching(/^[\w+!-]{1,20}(\.[\w~]{1,10})?$/),
        fc.stringMatching(/^[A-Za-z\d]{1,20}$/),
        fc.stringMatching(/^[A-Za-z]{2,6}$/),
        asciiBlank,
      )
      .map(([local, label, end, around]) => ({
        input: `${around}${local}@${label}.${end}${around}`,
        value: `${local}@${label.toLowerCase()}.${end.toLowerCase()}`,
      })),
  },
  {
    name: 'normalizeDateOfBirth',
    normalize: (input) => normalizeDateOfBirth(input, 18, NOW),
    output: /^(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
    pieces: ['1990', '2008', '1899', '-', '02', '29', '30', '11', '0', ' ', '\u0661', '+'],
    typed: fc
      .date({ min: new Date('1900-01-01'), max: new Date('2008-11-23'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
      .map((value) => ({ input: value, value })),
  },
  {
    name: 'normalizeSsnLast4',
    normalize: normalizeSsnLast4,
    output: /^(?!0000)[0-9]{4}$/,
    pieces: ['0', '1', '9', '123', '-', ' ', '\t', '\n', '\u0661', '\u00a0', 'x'],
    typed: fc
      .tuple(digits(4), asciiBlank, asciiBlank)
      .filter(([value]) => value !== '0000')
      .map(([value, before, after]) => ({ input: before + value + after, value })),
  },
  {
    name: 'normalizeAddress1',
    normalize: normalizeAddress1,
    output: /^(?! )[^\p{Cc}]{1,128}(?<! )$/u,
    pieces: LINE_PIECES,
    typed: lines,
  },
  {
    name: 'normalizeAddress2',
    normalize: normalizeAddress2,
    output: /^(?! )[^\p{Cc}]{0,128}(?<! )$/u,
    pieces: LINE_PIECES,
    typed: lines,
  },
  {
    name: 'normalizeCity',
    normalize: normalizeCity,
    output: /^(?! )[^\p{Cc}]{1,128}(?<! )$/u,
    pieces: LINE_PIECES,
    typed: lines,
  },
  {
    name: 'normalizeText',
    normalize: normalizeText,
    output: /^(?! )[^\p{Cc}]{0,128}(?<! )$/u,
    pieces: LINE_PIECES,
    typed: lines,
  },
  {
    name: 'normalizeState',
    normalize: normalizeState,
    output: /^[A-Z]{2}$/,
    pieces: ['c', 'A', 'n', 'Y', ' ', '\t', 'é', '1'],
    typed: fc
      .tuple(fc.constantFrom(...Object.keys(STATE_NAMES)), asciiBlank, fc.boolean())
      .map(([value, around, lower]) => ({
        input: around + (lower ? value.toLowerCase() : value) + around,
        value,
      })),
  },
  {
    name: 'normalizePostalCode',
    normalize: normalizePostalCode,
    output: /^(?!000)[0-9]{5}(-[0-9]{4})?$/,
    pieces: ['0', '9', '4', '00', '607', '-', ' ', '1234', '\u0661', 'x'],
    typed: fc
      .tuple(digits(5), fc.option(digits(4), { nil: '' }), asciiBlank)
      .filter(([zip]) => !zip.startsWith('000'))
      .map(([zip, plus4, around]) => ({ zip: plus4 ? `${zip}-${plus4}` : zip, around }))
      .map(({ zip, around }) => ({ input: around + zip + around, value: zip })),
  },
  {
    name: 'normalizePublicIp',
    normalize: (input) => {
      const value = normalizePublicIp(input)
      return value === null ? { code: 'text.control' } : { value }
    },
    output: /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]+)$/,
    pieces: ['0', '1', '8', '255', '.', ':', '::', 'ffff', '2600', '2001', 'db8', '%', '[', ']', 'G'],
    typed: fc.oneof(
      fc
        .tuple(fc.integer({ min: 11, max: 99 }), fc.nat(255), fc.nat(255), fc.nat(255))
        .map((parts) => parts.join('.'))
        .map((value) => ({ input: value, value })),
      fc
        .array(fc.integer({ min: 1, max: 0xffff }), { minLength: 7, maxLength: 7 })
        .map((groups) => ['2600', ...groups.map((group) => group.toString(16))].join(':'))
        .map((value) => ({ input: value.toUpperCase(), value })),
    ),
  },
]

const anyInput = ({ pieces }: Normaliser) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
  )

describe.each(NORMALISERS)('$name', (normaliser) => {
  const { normalize, output, typed } = normaliser

  it('gives a code or a value in the one format, whatever comes in, and that value is left as it is', () => {
    fc.assert(
      fc.property(anyInput(normaliser), (input) => {
        const verdict = normalize(input)
        if ('code' in verdict) return
        expect(verdict.value).toMatch(output)
        expect(normalize(verdict.value)).toEqual(verdict)
      }),
      { numRuns: 1000 },
    )
  })

  it('brings what people type into its normal form, and leaves that as it is', () => {
    fc.assert(
      fc.property(typed, ({ input, value }) => {
        expect(normalize(input)).toEqual({ value })
        expect(value).toMatch(output)
        expect(normalize(value)).toEqual({ value })
      }),
      { numRuns: 300 },
    )
  })
})
