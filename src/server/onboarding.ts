import type { CardOutcome } from '../core/card-outcome.ts'
import { AstraError, isAstraError } from '../core/errors.ts'
import { nextStep } from '../core/next-step.ts'
import type { Goal, OnboardingStep } from '../core/next-step.ts'
import { mayBeReplaced } from './adoption.ts'
import { announce } from './announcement.ts'
import { isReadDue, lookedAt, readFromAstra } from './astra-reads.ts'
import { outcomeOfCard } from './cards.ts'
import type { ProxyContext } from './context.ts'
import { readCustomer, updateCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import { factsOf } from './facts.ts'
import type { FlowRecord } from './flow.ts'
import { limitCorrections } from './limits.ts'
import type { Identity } from './options.ts'

/** A customer and what they have to do next. */
export interface Onboarding {
  customer: Customer
  step: OnboardingStep
  /** What became of the card of the flow that was asked about; `none` for another goal, and for no flow. */
  card: CardOutcome
}

/**
 * Reads what Astra knows of a customer, remembers the statuses, and decides the next step. With the goal `link-card`
 * only `flow` can make it `complete`: whoever asks without one wants a card more.
 * @throws AstraError `astra_unavailable` and its like; an outage never changes the step
 */
export async function readOnboarding(
  context: ProxyContext,
  customerId: string,
  goal: Goal,
  flow: FlowRecord | null = null,
): Promise<Onboarding> {
  return readOn(context, await readCustomer(context.storage, customerId), goal, flow)
}

/** The same for whoever is asking. Whose business it is must be known where `identify` is silent, as in a navigation. */
export async function readOwnOnboarding(
  context: ProxyContext,
  { id, businessProfileId: given }: Identity,
  goal: Goal,
  flow: FlowRecord | null = null,
): Promise<Onboarding> {
  const businessProfileId = given ?? null
  const stored = await readCustomer(context.storage, id)
  if (stored.data.businessProfileId === businessProfileId) return readOn(context, stored, goal, flow)
  requireUntouched(stored.data)
  await updateCustomer(context, id, (customer) => ({ ...customer, businessProfileId }), undefined, stored)
  return readOnboarding(context, id, goal, flow)
}

/** What one profile, or a person, has been authorized for is not another's: who acts for two companies needs an id for each. */
function requireUntouched({ businessProfileId, intent, user, tokens }: Customer): void {
  // One who was imported may be either until somebody says so.
  const isEither = businessProfileId === null && !intent
  if (isEither || (!intent && !user && !tokens)) return
  throw new AstraError('configuration_invalid', {
    message:
      '`identify` answered another `businessProfileId` than before for a customer who is known to Astra already. Give every business profile, and the person themselves, a customer id of its own.',
  })
}

/**
 * Asks Astra about an intent that may be replaced, however lately it was asked: in another tab the person may have signed
 * in. A read of its own, because one that is under way may have been answered before they did.
 * @throws AstraError `astra_unavailable` and its like, `too_many_requests`
 */
export async function readBeforeReplacing(context: ProxyContext, { id }: Identity): Promise<void> {
  await limitCorrections(context, id)
  const { data: stored } = await readCustomer(context.storage, id)
  const { intent } = stored
  if (!intent || !mayBeReplaced(stored)) return
  const { status, userId } = await context.astra.readUserIntent(intent.id)
  await updateCustomer(context, id, (customer) =>
    customer.intent?.id === intent.id
      ? // Whatever a read that began earlier still brings does not count.
        lookedAt(context, customer, {
          ...customer,
          intent: { ...customer.intent, status, userId, readAt: 0 },
        })
      : null,
  )
}

async function readOn(
  context: ProxyContext,
  stored: VersionedCustomer,
  goal: Goal,
  flow: FlowRecord | null,
): Promise<Onboarding> {
  const { id } = stored
  const isSettled = !context.reads.isRunning(id) && !isReadDue(stored.data, context.now())
  const read = isSettled ? stored.data : await readFromAstra(context, stored)
  const { customer, card } = await withCard(context, id, read, goal === 'link-card' ? flow : null)
  return decide(context, id, customer, goal, card)
}

/** The cards count when nothing else is left to do. An authorization may turn out to be dead while they are read. */
async function withCard(
  context: ProxyContext,
  customerId: string,
  customer: Customer,
  flow: FlowRecord | null,
): Promise<Pick<Onboarding, 'customer' | 'card'>> {
  if (!flow || !customer.tokens || customer.user?.status !== 'approved') return { customer, card: 'none' }
  try {
    return { customer, card: await outcomeOfCard(context, flow) }
  } catch (error) {
    if (!isAstraError(error, 'reauthorization_required')) throw error
    return {
      customer: await readFromAstra(context, await readCustomer(context.storage, customerId)),
      card: 'none',
    }
  }
}

/** The next step by what is known already; tells the partner of a change. */
export async function decide(
  context: ProxyContext,
  customerId: string,
  customer: Customer,
  goal: Goal,
  card: CardOutcome = 'none',
): Promise<Onboarding> {
  const facts = await factsOf(context, customer, goal, card)
  await announce(context, customerId, customer, nextStep({ ...facts, goal: 'onboard' }))
  return { customer, step: nextStep(facts), card }
}

/** The next step by what is stored; nobody is asked and nobody told. */
export async function storedStep(
  context: ProxyContext,
  customer: Customer,
  goal: Goal,
): Promise<OnboardingStep> {
  return nextStep(await factsOf(context, customer, goal, 'none'))
}
