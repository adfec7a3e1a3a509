import type { FieldCode, Verdict } from './field-codes.ts'
import { isStateCode } from './states.ts'

const LONGEST_LINE = 128

/** One name: Latin letters with their marks, blanks, hyphen, full stop, apostrophes. */
export function normalizeName(input: string): Verdict {
  const name = normalizeBlanks(input)
  if (name === '') return { code: 'name.required' }
  if (name.length > 64) return { code: 'name.too_long' }
  if (!/^[\p{Script=Latin}\p{M} .'’‘ʻʼ-]+$/u.test(name) || !/\p{L}/u.test(name))
    return { code: 'name.characters' }
  return { value: name }
}

/** An e-mail address; the domain is lower-cased, the local part kept. */
export function normalizeEmail(input: string): Verdict {
  const email = input.trim()
  if (email === '') return { code: 'email.required' }
  if (email.length > 254) return { code: 'email.format' }
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at)
  const domain = email.slice(at + 1).toLowerCase()
  const localFits = local.length <= 64 && /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(local)
  const domainFits = /^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]([a-z\d-]*[a-z\d])?$/.test(domain)
  return localFits && domainFits ? { value: `${local}@${domain}` } : { code: 'email.format' }
}

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
  return text(input, 'city.required', 'city.too_long')
}

/** The two-letter code of a state, upper-cased. */
export function normalizeState(input: string): Verdict {
  const state = input.trim().toUpperCase()
  if (state === '') return { code: 'state.required' }
  return isStateCode(state) ? { value: state } : { code: 'state.unknown' }
}

/** ZIP or ZIP+4. */
export function normalizePostalCode(input: string): Verdict {
  const zip = input.trim()
  if (zip === '') return { code: 'postal_code.required' }
  return /^(?!000)\d{5}(-\d{4})?$/.test(zip) ? { value: zip } : { code: 'postal_code.format' }
}

/** `YYYY-MM-DD` of somebody at least `minimumAge` years old. `now` in ms since the epoch. */
export function normalizeDateOfBirth(input: string, minimumAge: number, now: number): Verdict {
  if (input === '') return { code: 'date_of_birth.required' }
  if (!/^(19|20)\d\d-\d\d-\d\d$/.test(input) || !isRealDate(input)) return { code: 'date_of_birth.format' }
  // Samoa, UTC−11, is the last US place to reach a date: nobody counts as of age before they are everywhere.
  const today = new Date(now - 11 * 3_600_000).toISOString().slice(0, 10)
  const birthday = `${Number(input.slice(0, 4)) + minimumAge}${input.slice(4)}`
  return birthday <= today ? { value: input } : { code: 'date_of_birth.under_age' }
}

/** The last four digits of the SSN: exactly four, never cut out of a longer number. */
export function normalizeSsnLast4(input: string): Verdict {
  const ssn = input.replace(/^[ \t\n]+|[ \t\n]+$/g, '')
  if (ssn === '') return { code: 'ssn.required' }
  if (!/^\d{4}$/.test(ssn)) return { code: 'ssn.format' }
  return ssn === '0000' ? { code: 'ssn.zero' } : { value: ssn }
}

/** A short free text, like pronouns; may be empty. */
export function normalizeText(input: string): Verdict {
  return text(input, null, 'text.too_long')
}

function text(input: string, missing: FieldCode | null, tooLong: FieldCode): Verdict {
  const line = normalizeBlanks(input)
  if (line === '' && missing) return { code: missing }
  return line.length > LONGEST_LINE ? { code: tooLong } : { value: line }
}

function addressLine(input: string, missing: FieldCode | null): Verdict {
  const line = text(input, missing, 'address.too_long')
  return 'value' in line && PO_BOX.test(line.value) ? { code: 'address.po_box' } : line
}

function normalizeBlanks(input: string): string {
  return input.normalize('NFC').replace(/\s+/g, ' ').trim()
}

function isRealDate(iso: string): boolean {
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
}

const PO_BOX = /\b(p[. ]*o[. ]*b(ox)?|post(al)? (office )?box)\b/i
