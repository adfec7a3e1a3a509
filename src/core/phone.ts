import type { Verdict } from './field-codes.ts'

const TOLL_FREE = /^(800|833|844|855|866|877|888|900)/

/**
 * US phone number as people type it, to E.164: `(415) 555-0132` becomes `+14155550132`.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
export function normalizePhone(input: string): Verdict {
  const bare = input
    .trim()
    .replace(/^tel:/i, '')
    .replace(/[\s().\-–—/]/g, '')
  if (bare === '') return { code: 'phone.required' }
  if (bare.length > 64 || !/^\+?\d+$/.test(bare)) return { code: 'phone.format' }
  if (bare.startsWith('+') && !bare.startsWith('+1')) return { code: 'phone.country' }
  const digits = bare.replace(/^\+?1/, '')
  if (digits.length !== 10) return { code: 'phone.format' }
  if (TOLL_FREE.test(digits)) return { code: 'phone.toll_free' }
  if (!/^[2-9]\d\d[2-9]/.test(digits)) return { code: 'phone.area_code' }
  return { value: `+1${digits}` }
}
