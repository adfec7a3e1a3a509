import type { FieldCode, Verdict } from './field-codes.ts'
import { hasPoBox } from './po-box.ts'
import { isStateCode } from './states.ts'
import { collapseBlanks, LONGEST_INPUT, stripInvisible } from './text.ts'

const LONGEST_LINE = 128

/** Address line 1: a street address, never a post-office box. */
export function normalizeAddress1(input: string): Verdict {
  return addressLine(input, 'address.required')
}

/** Address line 2: may be empty. */
export function normalizeAddress2(input: string): Verdict {
  return addressLine(input, null)
}

/** A city. */
export function normalizeCity(input: string): Verdict {
  return line(input, 'city.required', 'city.too_long')
}

/** A short free text, like pronouns; may be empty. */
export function normalizeText(input: string): Verdict {
  return line(input, null, 'text.too_long')
}

function addressLine(input: string, missing: FieldCode | null): Verdict {
  const verdict = line(input, missing, 'address.too_long')
  return 'value' in verdict && hasPoBox(verdict.value) ? { code: 'address.po_box' } : verdict
}

function line(input: string, missing: FieldCode | null, tooLong: FieldCode): Verdict {
  if (input.length > LONGEST_INPUT) return { code: tooLong }
  const text = collapseBlanks(stripInvisible(input)).normalize('NFC')
  if (text === '' && missing) return { code: missing }
  if (text.length > LONGEST_LINE) return { code: tooLong }
  return /\p{Cc}/u.test(text) ? { code: 'text.control' } : { value: text }
}

/** The two-letter code of a state, upper-cased: one of the 50, DC, the territories, the armed forces' areas. */
export function normalizeState(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'state.unknown' }
  const state = input.trim().toUpperCase()
  if (state === '') return { code: 'state.required' }
  return isStateCode(state) ? { value: state } : { code: 'state.unknown' }
}

/** ZIP or ZIP+4. */
export function normalizePostalCode(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'postal_code.format' }
  const zip = input.trim()
  if (zip === '') return { code: 'postal_code.required' }
  if (!/^\d{5}(-\d{4})?$/.test(zip)) return { code: 'postal_code.format' }
  return zip.startsWith('000') ? { code: 'postal_code.unused' } : { value: zip }
}

/** Where the ZIP decides the state: armed forces and territories, and nobody else may use theirs. */
export function stateMatchesPostalCode(state: string, postalCode: string): boolean {
  const owners = ZIP_OWNERS.find(({ zips }) => zips.test(postalCode))?.states ?? null
  return owners ? owners.includes(state) : !RESERVED.has(state)
}

/** First match counts: 96799 lies inside Hawaii's 967. */
const ZIP_OWNERS: { zips: RegExp; states: string[] }[] = [
  { zips: /^340/, states: ['AA'] },
  { zips: /^09[0-8]/, states: ['AE'] },
  { zips: /^96[2-6]/, states: ['AP'] },
  { zips: /^00[679]/, states: ['PR'] },
  { zips: /^008/, states: ['VI'] },
  { zips: /^969/, states: ['GU', 'MP'] },
  { zips: /^96799/, states: ['AS'] },
]

const RESERVED = new Set(ZIP_OWNERS.flatMap(({ states }) => states))
