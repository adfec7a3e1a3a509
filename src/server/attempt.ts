import { AstraError } from '../core/errors.ts'
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
  /** Keyed hash of the e-mail address; names the {@link Budget}. */
  emailHash: string
  /** Keyed hash of the ends of the name and of the date of birth; names the person's count in `limits`. */
  personHash: string
  /** How many more its e-mail address had after it. A hint for whoever offers another; the budget decides. */
  left: number
  /** ms since the epoch */
  at: number
}

export type AttemptRecord = StoredRecord<Attempt>

/** The attempts that count against Astra's limit per e-mail address; a record of its own, so that it holds when two run at once. */
interface Budget {
  attempts: string[]
}

/** Astra's limit of user intents per e-mail address. */
export const ATTEMPTS_PER_EMAIL = 3

/**
 * An attempt without an intent counts this long; Astra has given up on its webhooks long before. To count it for ever
 * would lock out for ever whoever met an outage three times. If Astra does count it, one call more is refused there.
 */
const LAPSE_MS = 24 * 60 * 60 * 1000

/** No secret. The time stands in front: what is created together then lies together on disk, in few pages. */
export function newAttemptId({ now }: ProxyContext): string {
  return `${now().toString(36)}-${crypto.randomUUID()}`
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

/**
 * Counts an attempt against its e-mail address.
 * @param isFirst taken for the first of the address, which nearly every one is, without a look: else the commit fails
 * @returns the change, and how many attempts the address has left
 * @throws AstraError `intent_limit_reached`
 */
export async function spend(
  context: ProxyContext,
  attemptId: string,
  emailHashes: readonly string[],
  isFirst: boolean,
): Promise<{ change: Change; left: number }> {
  const records = isFirst ? [] : await Promise.all(emailHashes.map((hash) => readBudget(context, hash)))
  const named = [...new Set(records.flatMap((record) => record?.data.attempts ?? []))]
  const spent = await stillCounting(context, named)
  if (spent.length >= ATTEMPTS_PER_EMAIL) throw new AstraError('intent_limit_reached')
  const [current] = records
  // What was counted under an earlier key comes along, so that the count survives the end of that key.
  const data: Budget = { attempts: [...spent, attemptId] }
  const change = budgetChange(emailHashes[0] ?? '', current?.version ?? null, data)
  return { change, left: ATTEMPTS_PER_EMAIL - data.attempts.length }
}

/** Gives attempts back to their e-mail addresses. */
export async function refund(
  context: ProxyContext,
  attempts: readonly Pick<AttemptRecord, 'id' | 'data'>[],
): Promise<Change[]> {
  const ids = new Set(attempts.map(({ id }) => id))
  const hashes = [...new Set(attempts.map(({ data }) => data.emailHash))]
  const changes = hashes.map(async (hash) => {
    const record = await readBudget(context, hash)
    if (!record) return []
    const others = record.data.attempts.filter((spent) => !ids.has(spent))
    return [budgetChange(hash, record.version, { attempts: others })]
  })
  return (await Promise.all(changes)).flat()
}

async function readBudget(context: ProxyContext, emailHash: string): Promise<StoredRecord<Budget> | null> {
  return (await context.storage.get('budget', emailHash)) as StoredRecord<Budget> | null
}

function budgetChange(emailHash: string, version: number | null, data: Budget): Change {
  return { kind: 'budget', id: emailHash, expectedVersion: version, data }
}
