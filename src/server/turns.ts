import { DAY_MS, isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { ATTEMPT_LIMIT_MS, dayOf } from './customer.ts'
import type { Customer } from './customer.ts'
import type { StoredRecord } from './storage/storage.ts'

/** At most this many of a kind in one call, so that a backlog spreads over several. */
const BATCH = 100

/** A place of its own in the same list: to close an attempt takes no call of Astra, and waits for none that hangs. */
const OVERDUE = 'overdue'

/** Refresh tokens live ten days; from the fifth on they are renewed, and in the last two before anything else. */
const RENEW_FROM_DAY = 5
const URGENT_FROM_DAY = 8
const LAST_DAY = 10

/** The records for whom something is to be done in this call. */
export interface Turns {
  /** Customers with a creation whose answer should have come. */
  overdue: StoredRecord[]
  urgent: StoredRecord[]
  tokens: StoredRecord[]
  keys: StoredRecord[]
  reads: StoredRecord[]
  cards: StoredRecord[]
  /** Those whose turn has not begun come first in the next call. */
  leave(waiting: readonly StoredRecord[]): Promise<void>
}

/** One list in storage, and where this call has begun in it. */
interface Part {
  place: string
  from: string | undefined
  records: StoredRecord[]
}

const once = (records: readonly StoredRecord[]): StoredRecord[] => [
  ...new Map(records.map((one) => [one.id, one])).values(),
]

/**
 * Goes round in the order of ids, over all calls and instances, so that those who fail for ever take nobody's turn.
 * The place is written down before the work begins: who breaks off a call does not get the same turn in the next. Of a
 * list that one call gets through, the next begins with the second: the first may be what has broken it off.
 */
export async function takeTurns(context: ProxyContext): Promise<Turns> {
  const { storage, now } = context
  const record = await storage.get('installation', 'maintenance')
  const before = (record?.data ?? {}) as Record<string, string>
  const places: Record<string, string> = {}
  const parts: Part[] = []

  const part = async (index: string, value: string, place = `${index}/${value}`): Promise<StoredRecord[]> => {
    const from = before[place]
    const records = await storage.find('customer', index, value, { limit: BATCH, after: from })
    if (from !== undefined && records.length < BATCH) {
      const known = new Set(records.map(({ id }) => id))
      const first = await storage.find('customer', index, value, { limit: BATCH - records.length })
      records.push(...first.filter(({ id }) => !known.has(id)))
    }
    const next = records.at(records.length === BATCH ? -1 : 0)
    if (next && records.length > 1) places[place] = next.id
    parts.push({ place, from, records })
    return records
  }
  const all = async (index: string, values: readonly string[]) => {
    const found: StoredRecord[] = []
    for (const value of values) found.push(...(await part(index, value)))
    return once(found)
  }

  const instant = await context.clock()
  const isOverdue = ({ data }: StoredRecord) => {
    const { attempt } = data as Partial<Customer>
    return attempt?.state === 'sent' && !isWithin(ATTEMPT_LIMIT_MS, attempt.at, instant)
  }
  const overdue = (await part('due', 'yes', OVERDUE)).filter(isOverdue)
  const urgent = await all('granted', days(now(), LAST_DAY, URGENT_FROM_DAY))
  const tokens = await all('granted', days(now(), URGENT_FROM_DAY - 1, RENEW_FROM_DAY))
  const keys = await all('key', await context.vault.earlierKeys())
  const news = (await part('due', 'yes')).filter(({ data }) => (data as Partial<Customer>).isStale)
  for (const index of ['untold', 'unverified']) news.push(...(await part(index, 'yes')))
  const cards = await part('cards', 'yes')
  const reads = once(news)
  const isRead = new Set(reads.map(({ id }) => id))

  if (JSON.stringify(places) !== JSON.stringify(before)) await write(context, record, places)
  return {
    overdue,
    urgent,
    tokens,
    keys,
    reads,
    cards: cards.filter(({ id }) => !isRead.has(id)),
    leave: async (waiting) => {
      const isWaiting = new Set(waiting.map(({ id }) => id))
      const current = await storage.get('installation', 'maintenance')
      const data = { ...(current?.data as Record<string, string> | undefined) }
      for (const { place, from, records } of parts) {
        if (place === OVERDUE) continue
        const first = records.findIndex(({ id }) => isWaiting.has(id))
        if (first === -1) continue
        const last = first === 0 ? from : records[first - 1]?.id
        if (last === undefined) delete data[place]
        else data[place] = last
      }
      await write(context, current, data)
    },
  }
}

/** Another instance may have been faster; it has taken the same turns. */
async function write(
  { storage }: ProxyContext,
  record: StoredRecord | null,
  places: Record<string, string>,
): Promise<void> {
  const expectedVersion = record?.version ?? null
  await storage.commit([{ kind: 'installation', id: 'maintenance', expectedVersion, data: places }])
}

/** The names of the days so many days ago, the earliest first. */
function days(now: number, from: number, to: number): string[] {
  return Array.from({ length: from - to + 1 }, (_, index) => dayOf(now - (from - index) * DAY_MS))
}
