import { json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import type { SimulatedUser } from '../store.ts'

/** GET /v1/user. @see https://docs.astra.finance/reference/get_v1-user */
export function readUser(context: SimulatorContext, request: Request): Response {
  const user = bearer(context, request)
  if (!user) return refusal(401, 'token authentication required')
  const { id, email, phone, first_name, last_name, status } = user
  const { preferred_first_name, preferred_last_name, preferred_pronouns } = user
  return json({
    id,
    email,
    phone,
    first_name,
    last_name,
    preferred_first_name,
    preferred_last_name,
    preferred_pronouns,
    status,
  })
}

/** GET /v1/cards, newest first. The members are those that integrators read. */
export function listCards(context: SimulatorContext, request: Request): Response {
  const user = bearer(context, request)
  if (!user) return refusal(401, 'token authentication required')
  const cards = context.state.cards.filter(({ userId }) => userId === user.id).reverse()
  return json({
    count: cards.length,
    cards: cards.map(({ userId: _, ...card }) => ({
      ...card,
      card_type: 'debit',
      first_name: user.first_name,
      last_name: user.last_name,
      address_verified: true,
      pull_enabled: true,
      push_enabled: true,
      removed: null,
    })),
  })
}

function bearer(context: SimulatorContext, request: Request): SimulatedUser | null {
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '')
  const now = context.now()
  return (
    context.state.users.find(
      ({ access }) => access !== null && access.token === token && access.expiresAt > now,
    ) ?? null
  )
}
