import type { Verdict } from './field-codes.ts'
import { collapseBlanks, LONGEST_INPUT } from './text.ts'

const LONGEST_NAME = 64

/** These vanish; the bidi embeddings, overrides and isolates are not among them: they are refused. */
const DROPPED = /[\u00ad\u200b-\u200f\u2060\ufeff]|\u034f|\p{Variation_Selector}/gu

/** A Latin letter with at most three marks on it, or one of the signs that names have. */
const LATIN_NAME = /^(?:(?=\p{L})\p{Script=Latin}(?:(?=\p{Mn})\p{Script=Inherited}){0,3}|[ .'’‘ʻʼ-])+$/u

/**
 * One name: NFC, blanks collapsed, zero-width characters dropped; then Latin letters with their marks, blanks,
 * hyphen, full stop and apostrophes, at least one letter.
 */
export function normalizeName(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'name.too_long' }
  const name = collapseBlanks(input.replace(DROPPED, '')).normalize('NFC')
  if (name === '') return { code: 'name.required' }
  if ([...name].length > LONGEST_NAME) return { code: 'name.too_long' }
  if (LATIN_NAME.test(name)) return /(?![ʻʼ])\p{L}/u.test(name) ? { value: name } : { code: 'name.no_letter' }
  return { code: whatIsWrong(name) }
}

function whatIsWrong(name: string) {
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(name)) return 'name.invisible'
  if (/\p{Mn}{4}/u.test(name)) return 'name.marks'
  if (/[@<>]|:\/\//.test(name)) return 'name.not_a_name'
  if (/\p{N}/u.test(name)) return 'name.digit'
  if (/(?![\p{Script=Latin}ʻʼ])\p{L}/u.test(name)) return 'name.script'
  return 'name.symbol'
}
