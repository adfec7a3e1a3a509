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
  /** Keyed hash of first and last word of the name and of the date of birth; names the person's count in `limits`. */
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
  const record = await readTrace(context, id)
  return record && 'customerId' in record.data ? (record as AttemptRecord) : null
}

/** An attempt, or what `forget` has left of it: enough for it to lapse, and nothing of whose it was. */
type Trace = Pick<Attempt, 'intentId' | 'at'>

async function readTrace(context: ProxyContext, id: string): Promise<StoredRecord<Trace> | null> {
  return (await context.storage.get('attempt', id)) as StoredRecord<Trace> | null
}

export function attemptChange(id: string, version: number | null, data: Attempt): Change {
  const indexes: Record<string, string> = {
    customer: data.customerId,
    // For maintenance, which settles what nobody else has settled.
    ...(data.state === 'sent' && { state: data.state }),
  }
  return { kind: 'attempt', id, expectedVersion: version, data, indexes }
}

/** What `forget` does to an attempt. One that has an intent, or may still get one, counts for ever when it is gone. */
export function forgottenAttempt({ id, version, data }: AttemptRecord): Change {
  const { state, intentId, at } = data
  const trace: Trace | null = state === 'unknown' || state === 'refused' ? { intentId, at } : null
  return { kind: 'attempt', id, expectedVersion: version, data: trace }
}

/** Those of the attempts that still count. Costs a read of each, so it is asked only where they are too many. */
export async function stillCounting(context: ProxyContext, ids: readonly string[]): Promise<string[]> {
  const traces = await Promise.all(ids.map((id) => readTrace(context, id)))
  const now = await context.clock()
  const hasLapsed = ({ data: { intentId, at } }: StoredRecord<Trace>) =>
    intentId === null && !isWithin(LAPSE_MS, at, now)
  return ids.filter((_, index) => {
    const trace = traces[index]
    return !trace || !hasLapsed(trace)
  })
}

/**
 * Counts an attempt against its e-mail address.
 * @returns the change, and how many attempts the address has left
 * @throws AstraError `intent_limit_reached`
 */
export async function spend(
  context: ProxyContext,
  attemptId: string,
  emailHashes: readonly string[],
): Promise<{ change: Change; left: number }> {
  const records = await Promise.all(emailHashes.map((hash) => readBudget(context, hash)))
  const named = [...new Set(records.flatMap((record) => record?.data.attempts ?? []))]
  const spent = named.length < ATTEMPTS_PER_EMAIL ? named : await stillCounting(context, named)
  if (spent.length >= ATTEMPTS_PER_EMAIL) throw new AstraError('intent_limit_reached')
  const [current] = records
  // What was counted under an earlier key comes along, so that the count survives the end of that key.
  const data: Budget = { attempts: [...spent, attemptId] }
  const change = budgetChange(emailHashes[0] ?? '', current?.version ?? null, data)
  return { change, left: ATTEMPTS_PER_EMAIL - data.attempts.length }
}

/** Gives an attempt back that Astra never saw. */
export async function refund(context: ProxyContext, id: string, { emailHash }: Attempt): Promise<Change[]> {
  const record = await readBudget(context, emailHash)
  if (!record) return []
  const attempts = record.data.attempts.filter((spent) => spent !== id)
  return [budgetChange(emailHash, record.version, { attempts })]
}

async function readBudget(context: ProxyContext, emailHash: string): Promise<StoredRecord<Budget> | null> {
  return (await context.storage.get('budget', emailHash)) as StoredRecord<Budget> | null
}

function budgetChange(emailHash: string, version: number | null, data: Budget): Change {
  return { kind: 'budget', id: emailHash, expectedVersion: version, data }
}
