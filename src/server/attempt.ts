import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/**
 * One creation of a user intent, written before Astra is called. `unknown`: no answer came, the intent may exist.
 * `superseded`: an intent that exists and that another one has replaced. `refused`: Astra said no.
 */
export interface Attempt {
  customerId: string
  state: 'sent' | 'unknown' | 'created' | 'superseded' | 'refused'
  intentId: string | null
  /** Keyed hash of the e-mail address; names its budget. */
  emailHash: string
  /** Keyed hash of the ends of the name and of the date of birth; names the person's budget. */
  personHash: string
  /** How many more its e-mail address had after it. A hint for whoever offers another; the budget decides. */
  left: number
  /** ms since the epoch */
  at: number
}

export type AttemptRecord = StoredRecord<Attempt>

/**
 * An attempt without an intent counts this long; Astra has given up on its webhooks long before. To count it for ever
 * would lock out for ever whoever met an outage three times. If Astra does count it, one call more is refused there.
 */
const LAPSE_MS = 24 * 60 * 60 * 1000

/** No secret. The time stands in front: what is created together then lies together on disk, in few pages. */
export function newAttemptId({ now }: Pick<ProxyContext, 'now'>): string {
  return `${now().toString(36)}-${crypto.randomUUID()}`
}

/** When an attempt was begun, by its id; in ms since the epoch. */
export function beganAt(id: string): number {
  return parseInt(id, 36)
}

export async function readAttempt(context: ProxyContext, id: string): Promise<AttemptRecord | null> {
  return (await context.storage.get('attempt', id)) as AttemptRecord | null
}

export function attemptChange(id: string, version: number | null, data: Attempt): Change {
  return { kind: 'attempt', id, expectedVersion: version, data, indexes: { customer: data.customerId } }
}

/** Those of the attempts that still count; one that `forget` has deleted had an intent, and counts for ever. */
export async function stillCounting(context: ProxyContext, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const attempts = await Promise.all(ids.map((id) => readAttempt(context, id)))
  const now = await context.clock()
  const hasLapsed = ({ data: { intentId, at } }: AttemptRecord) =>
    intentId === null && !isWithin(LAPSE_MS, at, now)
  return ids.filter((_, index) => {
    const attempt = attempts[index]
    return !attempt || !hasLapsed(attempt)
  })
}
