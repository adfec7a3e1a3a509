import type { CardOutcome } from '../core/card-outcome.ts'
import type { Facts, Goal } from '../core/next-step.ts'
import type { UserIntentStatus } from '../core/status.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { isOnItsWay } from './creation.ts'
import type { Customer } from './customer.ts'

/** Astra looks at a photo within a day or two; then it is worth asking for another. */
const DOCUMENT_REVIEW_MS = 48 * 60 * 60 * 1000

/** What is stored of a customer, as the decision table asks for it. Astra is not asked. */
export async function factsOf(
  context: ProxyContext,
  customer: Customer,
  goal: Goal,
  card: CardOutcome,
): Promise<Facts> {
  const { intent, user, tokens, fruitlessReturns } = customer
  const kind = kindOf(context, customer)
  if (tokens) {
    const { documentReturnedAt } = customer
    const documentSent =
      documentReturnedAt !== null && isWithin(DOCUMENT_REVIEW_MS, documentReturnedAt, context.now())
    return { token: 'usable', user: user?.status ?? 'pending', kind, goal, card, documentSent }
  }
  return {
    token: 'none',
    intent: intent?.status ?? (await statusWithoutIntent(context, customer)),
    intentAgeSeconds: intent ? (context.now() - intent.createdAt) / 1000 : 0,
    lastUserStatus: user?.status ?? null,
    fruitlessReturns,
    kind,
    goal,
  }
}

/** A business, or somebody whom the partner brought along, is a User without an intent. */
async function statusWithoutIntent(
  context: ProxyContext,
  customer: Customer,
): Promise<UserIntentStatus | 'none'> {
  if (customer.user) return 'converted_to_user'
  // While a creation is under way in another tab, this one waits for it.
  return (await isOnItsWay(context, customer)) ? 'pending' : 'none'
}

function kindOf(context: ProxyContext, { businessProfileId }: Customer): Facts['kind'] {
  if (businessProfileId !== null) return 'business'
  return context.policy.kycType === 'receive-only' ? 'receive-only' : 'personal'
}
