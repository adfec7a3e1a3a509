import { beganAt } from './attempt.ts'
import type { AttemptRecord } from './attempt.ts'
import { lapsed } from './budget.ts'
import { DAY_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { dayOf } from './customer.ts'
import { LIMITS } from './limits.ts'
import type { RecordKind } from './storage/storage.ts'

/** At most this many of a kind in one call. */
const BATCH = 100

/** Before it nobody has used this package. */
const FIRST_DAY = Number(dayOf(Date.UTC(2026, 10, 1)))

/** Webhook deliveries are remembered longer than Astra repeats them. */
const KEEP_WEBHOOKS_DAYS = 8
const KEEP_FLOWS_DAYS = 2
/** Days that are looked at again: an instance's clock may have been behind. */
const SLACK_DAYS = 2

/** What ends on its own, by which day, and how many days it stays after that. */
const ENDING = [
  { kind: 'webhook', index: 'day', keepDays: KEEP_WEBHOOKS_DAYS },
  { kind: 'flow', index: 'ends', keepDays: KEEP_FLOWS_DAYS },
  { kind: 'budget', index: 'ends', keepDays: 1 },
] as const satisfies { kind: RecordKind; index: string; keepDays: number }[]

/** How far it has got: the day of each kind, and the attempt that was passed by last. */
type Place = Partial<Record<RecordKind, number>> & { passed?: string }

/** A look at a day costs a read, and the platform may end the call: what is left comes with the next. */
const MOST_DAYS = 100

/**
 * Goes on where the last call has stopped, or begins with the first day that there is, so that nothing is left behind by a
 * long pause, nor before the first call.
 * @returns how many records it has deleted
 */
export async function purge(context: ProxyContext): Promise<number> {
  const { storage } = context
  // One instance's clock that is far ahead would delete what still counts.
  const now = await context.clock()
  const today = Number(dayOf(now))
  const record = await storage.get('installation', 'purge')
  const before = (record?.data ?? {}) as Place
  const done = { ...before }
  let purged = 0
  for (const { kind, index, keepDays } of ENDING) {
    const first = Math.min(today - keepDays, before[kind] ?? FIRST_DAY) - SLACK_DAYS
    const last = Math.min(today - keepDays, first + MOST_DAYS)
    let room = BATCH
    for (let day = first; day <= last && room > 0; day++) {
      const found = await storage.find(kind, index, String(day), { limit: room })
      for (const { id, version } of found)
        if (await storage.commit([{ kind, id, expectedVersion: version, data: null }])) purged += 1
      room -= found.length
      if (room > 0) done[kind] = day
    }
  }
  const persons = await purgePersons(context, before.passed, now)
  if (persons.place !== undefined) done.passed = persons.place
  purged += persons.purged
  if (JSON.stringify(done) !== JSON.stringify(before)) {
    const expectedVersion = record?.version ?? null
    // Another instance may have been faster; it has got as far.
    await storage.commit([{ kind: 'installation', id: 'purge', expectedVersion, data: done }])
  }
  return purged
}

/**
 * Attempts stay, and lie in the order of time: each is passed by once, when it no longer counts against its person. An
 * index for it would be a tenth of what a creation takes.
 */
async function purgePersons(
  context: ProxyContext,
  after: string | undefined,
  now: number,
): Promise<{ place: string | undefined; purged: number }> {
  let place = after
  let purged = 0
  const attempts = await context.storage.find('attempt', null, '', { after, limit: BATCH })
  for (const attempt of attempts as AttemptRecord[]) {
    if (beganAt(attempt.id) + LIMITS.person.windowMs + DAY_MS > now) break
    const changes = await lapsed(context, attempt, now)
    // Else somebody has written it meanwhile: without what no longer counts, or with its day.
    const isWritten = changes.length > 0 && (await context.storage.commit(changes))
    if (isWritten) purged += changes.filter(({ data }) => data === null).length
    place = attempt.id
  }
  return { place, purged }
}
