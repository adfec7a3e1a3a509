import { isAstraError } from '../core/errors.ts'
import { nextStep } from '../core/next-step.ts'
import type { Facts, Goal, OnboardingStep } from '../core/next-step.ts'
import type { ProxyContext } from './context.ts'
import { isBeingCreated, readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import type { Identity } from './options.ts'

/** Astra is asked at most this often about one person, however many windows poll. */
const READ_INTERVAL_MS = 5_000

/** A customer and what they have to do next. */
export interface Onboarding {
  customer: Customer
  step: OnboardingStep
}

/**
 * Reads what Astra knows of a customer, remembers the statuses, and decides the next step.
 * @throws AstraError `astra_unavailable` and its like; an outage never changes the step
 */
export async function readOnboarding(
  context: ProxyContext,
  identity: Identity,
  goal: Goal,
): Promise<Onboarding> {
  const stored = (await readCustomer(context.storage, identity.id)).data
  const withUser = stored.tokens ? await readUser(context, identity.id, stored) : null
  if (withUser)
    return { customer: withUser, step: nextStep(factsWithToken(context, identity, withUser, goal)) }
  const customer = await readIntent(context, identity.id)
  return { customer, step: nextStep(factsWithoutToken(context, identity, customer)) }
}

/** The customer with the User's present status; null when the authorization is dead. */
async function readUser(
  context: ProxyContext,
  customerId: string,
  stored: Customer,
): Promise<Customer | null> {
  try {
    if (stored.user && isRecent(context, stored.user.readAt)) {
      await context.tokens.access(customerId)
      return stored
    }
    const user = await context.tokens.withAccess(customerId, (token) => context.astra.readUser(token))
    const readAt = context.now()
    return await updateCustomer(context.storage, customerId, (customer) => ({
      ...customer,
      user: { id: user.id, status: user.status, readAt },
    }))
  } catch (error) {
    if (isAstraError(error, 'reauthorization_required')) return null
    throw error
  }
}

async function readIntent(context: ProxyContext, customerId: string): Promise<Customer> {
  const { data: customer } = await readCustomer(context.storage, customerId)
  const { intent } = customer
  if (!intent) return customer
  // Converted is final; from then on the intent has nothing more to say.
  if (intent.status === 'converted_to_user' && intent.userId) return customer
  if (isRecent(context, intent.readAt)) return customer
  const { status, userId } = await context.astra.readUserIntent(intent.id)
  const readAt = context.now()
  return updateCustomer(context.storage, customerId, (current) =>
    current.intent?.id === intent.id
      ? { ...current, intent: { ...current.intent, status, userId, readAt } }
      : null,
  )
}

function isRecent(context: ProxyContext, readAt: number): boolean {
  return context.now() < readAt + READ_INTERVAL_MS
}

function factsWithToken(context: ProxyContext, identity: Identity, customer: Customer, goal: Goal): Facts {
  const user = customer.user?.status ?? 'pending'
  return { token: 'usable', user, kind: kindOf(context, identity), goal, cardLinked: false }
}

function factsWithoutToken(context: ProxyContext, identity: Identity, customer: Customer): Facts {
  const { intent, user, fruitlessReturns } = customer
  return {
    token: 'none',
    // While a creation is under way in another tab, this one waits for it.
    intent: intent?.status ?? (isBeingCreated(customer, context.now()) ? 'pending' : 'none'),
    intentAgeSeconds: intent ? (context.now() - intent.createdAt) / 1000 : 0,
    lastUserStatus: user?.status ?? null,
    fruitlessReturns,
    kind: kindOf(context, identity),
  }
}

function kindOf(context: ProxyContext, identity: Identity): Facts['kind'] {
  if (identity.businessProfileId) return 'business'
  return context.policy.kycType === 'receive-only' ? 'receive-only' : 'personal'
}
