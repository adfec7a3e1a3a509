import { json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { TEST_CARDS } from '../test-cards.ts'
import { bearer } from './bearer.ts'

/**
 * GET /v1/cards, newest first, all on one page. The members are those that integrators read; what a review leaves in
 * `review_status` is not known, so it stays null.
 * @see https://docs.astra.finance/reference/get_v1-cards
 */
export function listCards(context: SimulatorContext, request: Request): Response {
  const user = bearer(context, request)
  if (!user) return refusal(401, 'token authentication required')
  const cards = context.state.cards.filter(({ userId }) => userId === user.id).toReversed()
  return json({
    count: cards.length,
    cards: cards.map(({ userId: _, pendingUntil: __, testCard, ...card }) => ({
      ...card,
      review_status: null,
      card_company: TEST_CARDS[testCard].company,
      card_type: 'debit',
      first_six_digits: TEST_CARDS[testCard].number.slice(0, 6),
      address_verified: card.status === 'approved',
      pull_enabled: card.status === 'approved',
      push_enabled: card.status === 'approved',
    })),
  })
}
