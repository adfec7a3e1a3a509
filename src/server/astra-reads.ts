import { AstraError, isAstraError } from '../core/errors.ts'
import type { User } from './astra-wire.ts'
import { isDue, READ_INTERVAL_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { mergeStatus, readCustomer, statusOf, updateCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import { settleUnverified } from './exchange.ts'
import { isOfAnotherText } from './keyed-hash.ts'
import { hasRecentWebhook } from './webhook-record.ts'

/** {@link READ_INTERVAL_MS} where webhooks arrive: they tell when there is something new. */
const READ_INTERVAL_WITH_WEBHOOKS_MS = 60_000

/** Whether there is more to do than to tell what is stored. Tokens are looked at each time: they may have expired. */
export function isReadDue({ intent, tokens, isStale, unverifiedFlow }: Customer, now: number): boolean {
  if (unverifiedFlow !== null || tokens !== null) return true
  return intent && !isFinal(intent) ? isDue(intent.readAt, READ_INTERVAL_MS, now) : isStale
}

/** Whoever asks while another request of this process reads for the same customer gets what that one has read. */
export function readFromAstra(context: ProxyContext, stored: VersionedCustomer): Promise<Customer> {
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
  if (claimed.data.user && claimed.data.user.id !== user.id)
    throw new AstraError('astra_unexpected', {
      message: "Astra answered another User to this customer's token than before. Nothing of it was stored.",
    })
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
export function lookedAt({ options }: ProxyContext, before: Customer, after: Customer): Customer {
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
