import type { Verdict } from './field-codes.ts'
import { LONGEST_INPUT } from './text.ts'

const LONGEST_EMAIL = 254
const LONGEST_LOCAL_PART = 64
const LONGEST_LABEL = 63

/** An e-mail address: one dot-atom, one host with a dot in it. The domain is lower-cased, the local part kept. */
export function normalizeEmail(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'email.too_long' }
  const email = input.trim()
  if (email === '') return { code: 'email.required' }
  if (email.length > LONGEST_EMAIL) return { code: 'email.too_long' }
  const at = email.indexOf('@')
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  const fits = at !== -1 && isDotAtom(local) && isHost(domain)
  return fits ? { value: `${local}@${domain.toLowerCase()}` } : { code: 'email.format' }
}

/** @see RFC 5322 §3.2.3; without quoting, comments and anything but ASCII */
function isDotAtom(local: string): boolean {
  return (
    local.length <= LONGEST_LOCAL_PART &&
    local.split('.').every((atom) => /^[\w!#$%&'*+/=?^`{|}~-]+$/.test(atom))
  )
}

/**
 * Labels of letters, digits and inner hyphens, at least two, the last not all digits. Asked before the domain is
 * lower-cased: that turns the sign for Kelvin into a k.
 */
function isHost(domain: string): boolean {
  const labels = domain.split('.')
  const isLabel = (label: string) =>
    label.length <= LONGEST_LABEL &&
    /^[a-z\d-]+$/i.test(label) &&
    !label.startsWith('-') &&
    !label.endsWith('-')
  return labels.length >= 2 && labels.every(isLabel) && !/\.\d+$/.test(domain)
}

/** `YYYY-MM-DD` of somebody at least `minimumAge` years old. `now` in ms since the epoch. */
export function normalizeDateOfBirth(input: string, minimumAge: number, now: number): Verdict {
  if (input === '') return { code: 'date_of_birth.required' }
  if (!isRealDate(input)) return { code: 'date_of_birth.format' }
  if (input < '1900-01-01') return { code: 'date_of_birth.too_early' }
  // Samoa, UTC−11, is the last US place to reach a date: nobody counts as of age before they are everywhere.
  const today = new Date(now - 11 * 3_600_000).toISOString().slice(0, 10)
  if (input > today) return { code: 'date_of_birth.future' }
  // Text compares as dates do; "2026-02-29" comes after every 28 February and before 1 March.
  const birthday = `${Number(input.slice(0, 4)) + minimumAge}${input.slice(4)}`
  return birthday <= today ? { value: input } : { code: 'date_of_birth.under_age' }
}

function isRealDate(iso: string): boolean {
  // The thirtieth of February is the second of March. To write the date down and compare takes four times as long.
  return /^\d{4}-\d{2}-\d{2}$/.test(iso) && new Date(`${iso}T00:00:00Z`).getUTCDate() === Number(iso.slice(8))
}

/** The last four digits of the SSN: exactly four, never cut out of a longer number. */
export function normalizeSsnLast4(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'ssn.format' }
  const ssn = input.replace(/^[ \t\n]+/, '').replace(/(?<![ \t\n])[ \t\n]+$/, '')
  if (ssn === '') return { code: 'ssn.required' }
  if (/^\d{3}-?\d{2}-?\d{4}$/.test(ssn)) return { code: 'ssn.whole_number' }
  if (!/^\d{4}$/.test(ssn)) return { code: 'ssn.format' }
  return ssn === '0000' ? { code: 'ssn.zero' } : { value: ssn }
}
