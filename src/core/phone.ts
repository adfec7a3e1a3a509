import type { Verdict } from './field-codes.ts'
import { stripInvisible } from './text.ts'

const LONGEST_INPUT = 64

/**
 * Area codes in use for US states and territories, from the public numbering plan: by the first digit, for each second
 * digit from 0 to 9 the third ones. A list of them all would be the largest table that a browser downloads.
 */
const AREA_CODES: Record<string, string> = {
  2: '12356789 023456789 0345789 1459 08 12346 0279 02469 13 -',
  3: '12345789 023456789 01345679 0124679 0167 01237 01349 - 056 -',
  4: '12456789 0234579 345 02456 023578 78 349 012589 034 -',
  5: '12345789 0235678 0 0149 01 179 12347 012345 0256 -',
  6: '12356789 02456789 0134689 016 0156 01679 01279 0189 012469 -',
  7: '1234678 23456789 0456789 012478 0378 47 02359 0123459 1567 -',
  8: '1234568 02345678 0168 0125789 03578 046789 012345 028 - -',
  9: '1346789 023456789 04589 0146789 0135789 12469 - 0123589 034569 -',
}

function isAreaCode(digits: string): boolean {
  const [first = '', second, third = ''] = digits
  return AREA_CODES[first]?.split(' ')[Number(second)]?.includes(third) ?? false
}

/** They cannot receive Astra's SMS code. */
const TOLL_FREE = /^(800|833|844|855|866|877|888)/

/** Ignored between digits: any Unicode space, dashes of any kind, brackets, full stop, slash. */
const FILLERS = /[\s\p{Z}\p{Pd}\u2212()./]/gu

/**
 * US phone number as people type it, to E.164: `(415) 555-0132` becomes `+14155550132`.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
export function normalizePhone(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'phone.too_long' }
  const typed = toAscii(stripInvisible(input).trim().replace(/^tel:/i, '')).replace(FILLERS, '')
  if (typed === '') return { code: 'phone.required' }
  if (/\d(x|ext|extension)\d+$/i.test(typed) || /\d#\d+$/.test(typed)) return { code: 'phone.extension' }
  if (/\p{L}/u.test(typed)) return { code: 'phone.letters' }
  if (!/^\+?\d*$/.test(typed)) return { code: 'phone.characters' }
  return typed.startsWith('+') ? international(typed.slice(1)) : national(typed)
}

/** A number that starts with `+` carries its own country code. */
function international(digits: string): Verdict {
  if (digits !== '' && !digits.startsWith('1')) return { code: 'phone.country' }
  return geographic(digits.slice(1))
}

function national(digits: string): Verdict {
  if (digits.startsWith('0')) return { code: 'phone.prefix' }
  return geographic(digits.startsWith('1') ? digits.slice(1) : digits)
}

function geographic(digits: string): Verdict {
  if (digits.length !== 10) return { code: 'phone.length' }
  if (TOLL_FREE.test(digits)) return { code: 'phone.toll_free' }
  if (digits.startsWith('900')) return { code: 'phone.premium' }
  if (!isAreaCode(digits)) return { code: 'phone.area_code' }
  // The exchange follows the rule of the area code: no 0 or 1 in front, no service code like 411.
  return /^...[2-9](?!11)/.test(digits) ? { value: `+1${digits}` } : { code: 'phone.exchange' }
}

/** Full-width and Arabic-Indic digits, and the full-width plus, count as ASCII. */
function toAscii(text: string): string {
  return text
    .replaceAll('\uff0b', '+')
    .replace(/[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (digit) =>
      String((digit.charCodeAt(0) & 0xf) % 10),
    )
}
