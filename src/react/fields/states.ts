import { STATE_NAMES } from '../../core/states.ts'

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
