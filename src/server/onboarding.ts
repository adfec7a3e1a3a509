import type { CardOutcome } from '../core/card-outcome.ts'
import { AstraError, isAstraError } from '../core/errors.ts'
import { nextStep } from '../core/next-step.ts'
import type { Facts, Goal, OnboardingStep } from '../core/next-step.ts'
import type { UserIntentStatus } from '../core/status.ts'
import type { User } from './astra-api.ts'
import { outcomeOfCard } from './cards.ts'
import { isDue, isWithin, READ_INTERVAL_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { mergeStatus, readCustomer, statusOf, updateCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import { isOnItsWay, mayBeReplaced } from './creation.ts'
import { isOfAnotherText } from './keyed-hash.ts'
import { settleUnverified } from './exchange.ts'
import type { FlowRecord } from './flow.ts'
import { announce } from './announcement.ts'
import type { Identity } from './options.ts'
import { limitCorrections } from './limits.ts'
import { hasRecentWebhook } from './webhook-record.ts'

/** {@link READ_INTERVAL_MS} where webhooks arrive: they tell when there is something new. */
const READ_INTERVAL_WITH_WEBHOOKS_MS = 60_000

/** Astra looks at a photo within a day or two; then it is worth asking for another. */
const DOCUMENT_REVIEW_MS = 48 * 60 * 60 * 1000

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
      customer: await readTogether(context, await readCustomer(context.storage, customerId)),
      card: 'none',
    }
  }
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
  const read = isSettled ? stored.data : await readTogether(context, stored)
  const { customer, card } = await withCard(context, id, read, goal === 'link-card' ? flow : null)
  return decide(context, id, customer, goal, card)
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

/** Whether there is more to do than to tell what is stored. Tokens are looked at each time: they may have expired. */
function isReadDue({ intent, tokens, isStale, unverifiedFlow }: Customer, now: number): boolean {
  if (unverifiedFlow !== null || tokens !== null) return true
  return intent && !isFinal(intent) ? isDue(intent.readAt, READ_INTERVAL_MS, now) : isStale
}

function readTogether(context: ProxyContext, stored: VersionedCustomer): Promise<Customer> {
  return context.reads.run(stored.id, () => readAll(context, stored))
}

async function readAll(context: ProxyContext, stored: VersionedCustomer): Promise<Customer> {
  const again = () => readCustomer(context.storage, stored.id)
  let current = stored
  if (current.data.unverifiedFlow) {
    await settleUnverified(context, stored.id)
    current = await again()
  }
  if (!current.data.tokens) return readIntent(context, current)
  return (await readUser(context, current)) ?? readIntent(context, await again())
}

/** The customer with the User's present status; null when the authorization is dead. */
async function readUser(context: ProxyContext, stored: VersionedCustomer): Promise<Customer | null> {
  const { id } = stored
  try {
    const claimed = await claimRead(context, stored, 'user')
    if (!claimed) {
      await context.tokens.access(id)
      return stored.data
    }
    const user = await context.tokens.withAccess(id, (token) => context.astra.readUser(token))
    return await rememberUser(context, claimed, user)
  } catch (error) {
    if (isAstraError(error, 'reauthorization_required')) return null
    throw error
  }
}

async function rememberUser(
  context: ProxyContext,
  claimed: VersionedCustomer,
  user: User,
): Promise<Customer> {
  const hashes = await context.keyedHash(`phone/${user.phone}`)
  const remember = (customer: Customer) => {
    const known = customer.user
    if (!known || known.readAt !== claimed.data.user?.readAt) return null
    return lookedAt(context, customer, {
      ...customer,
      phoneChanged: customer.phoneChanged || isOfAnotherText(known.phoneHash, hashes),
      user: { ...known, status: mergeStatus(known.status, user.status), phoneHash: hashes[0] },
    })
  }
  return (await updateCustomer(context, claimed.id, remember, undefined, claimed)).data
}

async function readIntent(context: ProxyContext, stored: VersionedCustomer): Promise<Customer> {
  const { id, data: customer } = stored
  const { intent } = customer
  if (!intent || isFinal(intent)) return customer.isStale ? nothingToRead(context, id) : customer
  const claimed = await claimRead(context, stored, 'intent')
  return claimed ? readClaimedIntent(context, claimed, intent.id) : customer
}

async function readClaimedIntent(
  context: ProxyContext,
  claimed: VersionedCustomer,
  intentId: string,
): Promise<Customer> {
  const { status, userId } = await context.astra.readUserIntent(intentId)
  const remember = (current: Customer) =>
    current.intent?.id === intentId && current.intent.readAt === claimed.data.intent?.readAt
      ? lookedAt(context, current, { ...current, intent: { ...current.intent, status, userId } })
      : null
  return (await updateCustomer(context, claimed.id, remember, undefined, claimed)).data
}

/** In one commit with what was read, so that a process that dies before it has told the partner leaves a mark. */
function lookedAt({ options }: ProxyContext, before: Customer, after: Customer): Customer {
  const isNews = before.isStale || statusOf(before) !== statusOf(after)
  return { ...after, isStale: false, isUntold: before.isUntold || (isNews && options.onChange !== undefined) }
}

/** Converted is final; from then on the intent has nothing more to say. */
function isFinal({ status, userId }: NonNullable<Customer['intent']>): boolean {
  return status === 'converted_to_user' && userId !== null
}

async function nothingToRead(context: ProxyContext, customerId: string): Promise<Customer> {
  const { data } = await updateCustomer(context, customerId, (customer) =>
    customer.isStale && !customer.tokens ? lookedAt(context, customer, customer) : null,
  )
  return data
}

/**
 * Takes the next read of Astra for this caller, by compare-and-set; null when somebody has read lately or is reading.
 * A webhook that arrives during the read sets the mark back, so what was read then does not count.
 */
async function claimRead(
  context: ProxyContext,
  stored: VersionedCustomer,
  what: 'intent' | 'user',
): Promise<VersionedCustomer | null> {
  const now = context.now()
  const isDueAfter = (customer: Customer, interval: number) => {
    const known = customer[what]
    return known !== null && isDue(known.readAt, interval, now)
  }
  if (!isDueAfter(stored.data, READ_INTERVAL_MS)) return null
  const interval = (await hasRecentWebhook(context)) ? READ_INTERVAL_WITH_WEBHOOKS_MS : READ_INTERVAL_MS
  let claimed = false
  const claim = (customer: Customer) => {
    // A webhook has come, and what it told of was not read yet.
    claimed = isDueAfter(customer, customer.isStale ? READ_INTERVAL_MS : interval)
    return claimed ? withReadAt(customer, what, now) : null
  }
  const written = await updateCustomer(context, stored.id, claim, undefined, stored)
  return claimed ? written : null
}

function withReadAt(customer: Customer, what: 'intent' | 'user', readAt: number): Customer {
  if (what === 'intent') return { ...customer, intent: customer.intent && { ...customer.intent, readAt } }
  return { ...customer, user: customer.user && { ...customer.user, readAt } }
}

async function factsOf(
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
