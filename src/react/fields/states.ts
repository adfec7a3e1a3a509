import { STATE_CODES } from '../../core/states.ts'
import type { StateCode } from '../../core/states.ts'

const NAMES =
  'Alabama,Alaska,Arizona,Arkansas,California,Colorado,Connecticut,Delaware,District of Columbia,Florida,Georgia,Hawaii,' +
  'Idaho,Illinois,Indiana,Iowa,Kansas,Kentucky,Louisiana,Maine,Maryland,Massachusetts,Michigan,Minnesota,Mississippi,' +
  'Missouri,Montana,Nebraska,Nevada,New Hampshire,New Jersey,New Mexico,New York,North Carolina,North Dakota,Ohio,' +
  'Oklahoma,Oregon,Pennsylvania,Rhode Island,South Carolina,South Dakota,Tennessee,Texas,Utah,Vermont,Virginia,' +
  'Washington,West Virginia,Wisconsin,Wyoming,American Samoa,Guam,Northern Mariana Islands,Puerto Rico,' +
  'US Virgin Islands,Armed Forces Americas,Armed Forces Europe,Armed Forces Pacific'

/** Names of the states by their codes, in the order of a list to choose from. */
export const STATE_NAMES = Object.fromEntries(
  NAMES.split(',').map((name, index) => [STATE_CODES[index], name]),
) as Record<StateCode, string>

/**
 * The state that typed letters mean: a code, or the beginning of a name. One letter again and again goes through the
 * states that begin with it, as in any list.
 */
export function stateFor(letters: string, current: string): string | null {
  const typed = letters.trim().toLowerCase()
  if (typed === '') return null
  const rows = Object.entries(STATE_NAMES)
  const exact = rows.find(([code]) => code.toLowerCase() === typed)
  const startsWith = (letters: string) => (row: [string, string]) => row[1].toLowerCase().startsWith(letters)
  const isRepeated = /^(.)\1+$/.test(typed)
  if (exact || !isRepeated) return (exact ?? rows.find(startsWith(typed)))?.[0] ?? null
  const first = rows.filter(startsWith(typed.charAt(0)))
  const next = first[(first.findIndex(([code]) => code === current) + 1) % first.length]
  return next?.[0] ?? null
}
