import type { CardStatus } from './status.ts'

/** What has become of the card that a flow was opened for. `declined`: Astra refused it; another one may be tried. */
export type CardOutcome = 'none' | 'pending' | 'declined' | 'linked'

const OUTCOMES = {
  approved: 'linked',
  flagged: 'linked',
  pending: 'pending',
  rejected: 'declined',
  removed: 'none',
} as const satisfies Record<CardStatus, CardOutcome>

/** Of several new cards the best one counts. */
const BEST_FIRST = ['linked', 'pending', 'declined'] as const satisfies CardOutcome[]

/**
 * Sums up the cards that were not there when the flow opened. Null stands for a status that this version does not know:
 * such a card neither completes anything nor keeps the person from another try.
 *
 * @example
 * cardOutcome(['rejected', 'approved']) // 'linked'
 */
export function cardOutcome(newCards: readonly (CardStatus | null)[]): CardOutcome {
  const outcomes = newCards.map((status) => status && OUTCOMES[status])
  return BEST_FIRST.find((outcome) => outcomes.includes(outcome)) ?? 'none'
}
