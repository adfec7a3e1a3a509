import { isAstraError } from '../core/errors.ts'
import type { AttemptRecord } from './attempt.ts'
import { settleCards } from './cards.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { closeAttempt } from './creation.ts'
import { ATTEMPT_LIMIT_MS, dayOf, readCustomer } from './customer.ts'
import { readOnboarding } from './onboarding.ts'
import type { RecordKind } from './storage/storage.ts'

/** What a call of `maintain` has done. */
export interface Maintenance {
  /** Creations without an answer that now count as unknown. */
  attemptsClosed: number
  /** Customers whom a webhook or a return had marked, read anew at Astra. */
  customersRead: number
  /** Authorizations whose refresh token was growing old. */
  tokensRenewed: number
  /** Authorizations that were sealed with an earlier key. */
  tokensResealed: number
  /** Flows, webhook marks and counts of persons that nobody needs any more. */
  recordsPurged: number
  /** Customers left for the next call because Astra did not answer. */
  failed: number
}

/** At most this many of a kind in one call, so that a backlog spreads over several. */
const BATCH = 100

const DAY_MS = 24 * 60 * 60 * 1000

/** Refresh tokens live ten days; from the fifth on they are renewed. */
const RENEW_FROM_DAY = 5
const LAST_DAY = 10

/** Webhook deliveries are remembered longer than Astra repeats them. */
const KEEP_WEBHOOKS_DAYS = 8
const KEEP_FLOWS_DAYS = 2
const LOOK_BACK_DAYS = 40

/** Everything periodic. Safe to run at several instances at once, and as often as one likes. */
export async function maintain(context: ProxyContext): Promise<Maintenance> {
  const done: Maintenance = {
    attemptsClosed: await closeAttempts(context),
    customersRead: 0,
    tokensRenewed: 0,
    tokensResealed: 0,
    recordsPurged: await purge(context),
    failed: 0,
  }
  const each = async (
    ids: string[],
    count: 'customersRead' | 'tokensRenewed' | 'tokensResealed',
    work: (id: string) => Promise<unknown>,
  ) => {
    for (const id of ids) {
      try {
        await work(id)
        done[count] += 1
      } catch (error) {
        if (!isAstraError(error)) throw error
        // A dead authorization is a result like any other.
        if (error.code !== 'reauthorization_required') done.failed += 1
      }
    }
  }
  await each(await due(context, 'tokens'), 'tokensRenewed', (id) => renew(context, id))
  await each(await due(context, 'keys'), 'tokensResealed', (id) => context.tokens.reseal(id))
  await each(await due(context, 'reads'), 'customersRead', (id) => lookAgain(context, id))
  return done
}

/** The cards too, for the sake of a person who has closed the page. */
async function lookAgain(context: ProxyContext, customerId: string): Promise<void> {
  const { data: customer } = await readCustomer(context.storage, customerId)
  // First: what fails here leaves the mark, and the next call tries again.
  if (customer.tokens) await settleCards(context, customerId)
  await readOnboarding(context, customerId, 'onboard')
}

/** When it turns out that the authorization is dead, the partner is told. */
async function renew(context: ProxyContext, customerId: string): Promise<void> {
  try {
    await context.tokens.renew(customerId)
  } catch (error) {
    if (isAstraError(error, 'reauthorization_required')) await readOnboarding(context, customerId, 'onboard')
    throw error
  }
}

async function closeAttempts(context: ProxyContext): Promise<number> {
  const sent = (await context.storage.find('attempt', 'state', 'sent')) as AttemptRecord[]
  const expired = sent.filter(({ data }) => !isWithin(ATTEMPT_LIMIT_MS, data.at, context.now()))
  for (const { id } of expired) await closeAttempt(context, id, 'unknown')
  return expired.length
}

/** Ids of the customers for whom something is to be done. */
async function due(context: ProxyContext, what: 'tokens' | 'keys' | 'reads'): Promise<string[]> {
  const values = await indexValues(context, what)
  const found = await Promise.all(
    values.map(([index, value]) => context.storage.find('customer', index, value)),
  )
  return [...new Set(found.flat().map(({ id }) => id))].slice(0, BATCH)
}

async function indexValues(
  context: ProxyContext,
  what: 'tokens' | 'keys' | 'reads',
): Promise<[index: string, value: string][]> {
  switch (what) {
    case 'tokens':
      return days(context.now(), RENEW_FROM_DAY, LAST_DAY).map((day) => ['granted', day])
    case 'keys':
      return (await context.vault.earlierKeys()).map((id) => ['key', id])
    case 'reads':
      return [
        ['stale', 'yes'],
        ['unverified', 'yes'],
      ]
  }
}

async function purge(context: ProxyContext): Promise<number> {
  const old = async (kind: RecordKind, index: string, fromDay: number) =>
    (
      await Promise.all(
        days(context.now(), fromDay, LOOK_BACK_DAYS).map((day) => context.storage.find(kind, index, day)),
      )
    )
      .flat()
      .slice(0, BATCH)
  const gone = [
    ...(await old('webhook', 'day', KEEP_WEBHOOKS_DAYS)),
    ...(await old('flow', 'ends', KEEP_FLOWS_DAYS)),
    ...(await old('budget', 'ends', 1)),
  ]
  let purged = 0
  for (const { kind, id, version } of gone)
    if (await context.storage.commit([{ kind, id, expectedVersion: version, data: null }])) purged += 1
  return purged
}

/** The names of the days that many days ago. */
function days(now: number, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => dayOf(now - (from + index) * DAY_MS))
}
