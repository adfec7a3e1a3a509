import { isAstraError } from '../core/errors.ts'
import type { Attempt } from './attempt.ts'
import { settleCards } from './cards.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { closeAttempt } from './creation.ts'
import { ATTEMPT_LIMIT_MS, dayOf } from './customer.ts'
import type { Customer } from './customer.ts'
import { readOnboarding } from './onboarding.ts'
import type { RecordKind, StoredRecord } from './storage/storage.ts'

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
  /** Customers and creations left for a later call, for example because Astra did not answer. The log says why. */
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
/** Days that are looked at again: an instance's clock may have been behind. */
const SLACK_DAYS = 2

/** Everything periodic. Safe to run at several instances at once, and as often as one likes. */
export async function maintain(context: ProxyContext): Promise<Maintenance> {
  const done: Maintenance = {
    attemptsClosed: 0,
    customersRead: 0,
    tokensRenewed: 0,
    tokensResealed: 0,
    recordsPurged: 0,
    failed: 0,
  }
  const turns = await takeTurns(context)
  const each = async (
    records: StoredRecord[],
    count: 'attemptsClosed' | 'customersRead' | 'tokensRenewed' | 'tokensResealed',
    work: (id: string, record: StoredRecord) => Promise<unknown>,
    customerOf = ({ id }: StoredRecord) => id,
  ) => {
    for (const record of records) {
      try {
        await work(record.id, record)
        done[count] += 1
      } catch (error) {
        // A dead authorization is a result like any other.
        if (isAstraError(error, 'reauthorization_required')) continue
        done.failed += 1
        report(context, customerOf(record), error)
      }
    }
  }
  await each(
    turns.attempts,
    'attemptsClosed',
    (id) => closeAttempt(context, id, 'unknown'),
    ({ data }) => (data as Attempt).customerId,
  )
  done.recordsPurged = await purge(context)
  // What the partner waits to hear comes first; a renewal has days.
  await each(turns.reads, 'customersRead', (id) => lookAgain(context, id))
  const isRead = new Set(turns.reads.map(({ id }) => id))
  const others = turns.cards.filter(({ id }) => !isRead.has(id))
  await each(others, 'customersRead', (id) => settleCards(context, id))
  await each(turns.tokens, 'tokensRenewed', (id, { data }) =>
    renew(context, id, (data as Customer).tokens?.obtainedAt ?? 0),
  )
  await each(turns.keys, 'tokensResealed', (id) => context.tokens.reseal(id))
  return done
}

/** The cards too, for the sake of a person who has closed the page; afterwards, for what fails there stays due. */
async function lookAgain(context: ProxyContext, customerId: string): Promise<void> {
  await readOnboarding(context, customerId, 'onboard')
  await settleCards(context, customerId)
}

function report(context: ProxyContext, customer: string, error: unknown): void {
  const { code, requestId } = isAstraError(error) ? error : { code: 'internal', requestId: undefined }
  // By its class only: a foreign message might quote a value.
  const cause = isAstraError(error) ? undefined : error instanceof Error ? error.name : typeof error
  const fields = { code, route: 'maintain', customer, requestId, cause }
  context.logger.error(fields, 'maintenance has failed for a customer; a later call tries again')
}

/** When it turns out that the authorization is dead, the partner is told. */
async function renew(context: ProxyContext, customerId: string, obtainedAt: number): Promise<void> {
  try {
    await context.tokens.renew(customerId, obtainedAt)
  } catch (error) {
    if (isAstraError(error, 'reauthorization_required')) await readOnboarding(context, customerId, 'onboard')
    throw error
  }
}

/** The records for whom something is to be done in this call. */
type Turns = Record<'attempts' | 'tokens' | 'keys' | 'reads' | 'cards', StoredRecord[]>

const once = (records: readonly StoredRecord[]): StoredRecord[] => [
  ...new Map(records.map((one) => [one.id, one])).values(),
]

/**
 * Goes round in the order of ids, over all calls and instances, so that those who fail for ever take nobody's turn.
 * The place is written down before the work begins: who breaks off a call does not get the same turn in the next.
 */
async function takeTurns(context: ProxyContext): Promise<Turns> {
  const { storage, now } = context
  const record = await storage.get('installation', 'maintenance')
  const before = (record?.data ?? {}) as Record<string, string>
  const places: Record<string, string> = {}

  const next = async (kind: RecordKind, index: string, values: readonly string[]) => {
    const found: StoredRecord[] = []
    for (const value of values) {
      const place = `${kind}/${index}/${value}`
      const part = await storage.find(kind, index, value, { limit: BATCH, after: before[place] })
      if (before[place] !== undefined && part.length < BATCH) {
        const known = new Set(part.map(({ id }) => id))
        const first = await storage.find(kind, index, value, { limit: BATCH - part.length })
        part.push(...first.filter(({ id }) => !known.has(id)))
      }
      const last = part.at(-1)
      if (part.length === BATCH && last) places[place] = last.id
      found.push(...part)
    }
    return once(found)
  }

  const instant = await context.clock()
  const isExpired = ({ data }: StoredRecord) => !isWithin(ATTEMPT_LIMIT_MS, (data as Attempt).at, instant)
  const turns: Turns = {
    attempts: (await next('attempt', 'state', ['sent'])).filter(isExpired),
    tokens: await next('customer', 'granted', days(now(), RENEW_FROM_DAY, LAST_DAY)),
    keys: await next('customer', 'key', await context.vault.earlierKeys()),
    reads: once([
      ...(await next('customer', 'stale', ['yes'])),
      ...(await next('customer', 'untold', ['yes'])),
      ...(await next('customer', 'unverified', ['yes'])),
    ]),
    cards: await next('customer', 'cards', ['yes']),
  }
  if (JSON.stringify(places) !== JSON.stringify(before)) {
    const expectedVersion = record?.version ?? null
    // Another instance may have been faster; it has taken the same turns.
    await storage.commit([{ kind: 'installation', id: 'maintenance', expectedVersion, data: places }])
  }
  return turns
}

/** What ends on its own, by which day, and how many days it stays after that. */
const ENDING = [
  { kind: 'webhook', index: 'day', keepDays: KEEP_WEBHOOKS_DAYS },
  { kind: 'flow', index: 'ends', keepDays: KEEP_FLOWS_DAYS },
  { kind: 'budget', index: 'ends', keepDays: 1 },
] as const satisfies { kind: RecordKind; index: string; keepDays: number }[]

/** Goes on where the last call has stopped, so that nothing is left behind by a long pause. */
async function purge(context: ProxyContext): Promise<number> {
  const { storage } = context
  const today = Number(dayOf(context.now()))
  const record = await storage.get('installation', 'purge')
  const before = (record?.data ?? {}) as Partial<Record<RecordKind, number>>
  const done = { ...before }
  let purged = 0
  for (const { kind, index, keepDays } of ENDING) {
    const last = today - keepDays
    const first = Math.min(last, before[kind] ?? last - LOOK_BACK_DAYS) - SLACK_DAYS
    let room = BATCH
    for (let day = first; day <= last && room > 0; day++) {
      const found = await storage.find(kind, index, String(day), { limit: room })
      for (const { id, version } of found)
        if (await storage.commit([{ kind, id, expectedVersion: version, data: null }])) purged += 1
      room -= found.length
      if (room > 0) done[kind] = day
    }
  }
  if (JSON.stringify(done) !== JSON.stringify(before)) {
    const expectedVersion = record?.version ?? null
    // Another instance may have been faster; it has got as far.
    await storage.commit([{ kind: 'installation', id: 'purge', expectedVersion, data: done }])
  }
  return purged
}

/** The names of the days that many days ago. */
function days(now: number, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => dayOf(now - (from + index) * DAY_MS))
}
