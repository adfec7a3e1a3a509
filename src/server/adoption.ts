import type { UserIntentStatus } from '../core/status.ts'
import { attemptChange, readAttempt } from './attempt.ts'
import type { AttemptRecord } from './attempt.ts'
import type { ProxyContext } from './context.ts'
import { customerChange, readCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import type { Change } from './storage/storage.ts'
import { untilWritten } from './tries.ts'

/** What a creation has written before the call. Others may have written since, which the next commit finds out. */
export interface Written {
  customer: VersionedCustomer
  attempt: AttemptRecord
}

/**
 * Gives an attempt its intent: from Astra's answer, or from a webhook when the answer was lost. The intent becomes the
 * customer's, unless a later attempt of theirs has become one: then it is superseded.
 *
 * @param written both records as just written: the first try goes by them
 * @returns the customer whose the intent has become; null when this has not made it theirs
 */
export async function adopt(
  context: ProxyContext,
  id: string,
  intentId: string,
  written?: Written,
): Promise<VersionedCustomer | null> {
  let known = written
  const { customer } = await untilWritten(context, async () => {
    const [attempt, current] = known
      ? [known.attempt, known.customer]
      : [await readAttempt(context, id), null]
    known = undefined
    // Forgotten while the call was under way; or answer and webhook came at the same moment, and this is the second.
    if (!attempt || attempt.data.intentId !== null) return { customer: null }
    return tryToAdopt(context, attempt, intentId, current)
  })
  return customer
}

/** Null when somebody has written in between. */
async function tryToAdopt(
  context: ProxyContext,
  { id, version, data }: AttemptRecord,
  intentId: string,
  known: VersionedCustomer | null,
): Promise<{ customer: VersionedCustomer | null } | null> {
  const current = known ?? (await readCustomer(context.storage, data.customerId))
  if (current.version === null) return { customer: null }
  const { data: customer } = current
  const isLatest = customer.attempt?.id === id
  // Somebody may have signed in with the old intent while this one was on its way; then the old one stands. And of the
  // attempts after this one none may have become an intent.
  const isCurrent =
    customer.intent === null ? isLatest || customer.user === null : isLatest && mayBeReplaced(customer)
  const replaced = isCurrent ? customer.intent : null
  const adopted: Customer = {
    ...customer,
    attempt: isLatest ? null : customer.attempt,
    isStale: isCurrent || customer.isStale,
    intent: isCurrent
      ? { ...intentOf({ id, data }, intentId), userId: null, status: 'pending', readAt: 0 }
      : customer.intent,
    // They were made with the details that were wrong.
    fruitlessReturns: replaced ? 0 : customer.fruitlessReturns,
  }
  const isWritten = await context.storage.commit([
    customerChange(current, adopted),
    attemptChange(id, version, { ...data, state: isCurrent ? 'created' : 'superseded', intentId }),
    ...(replaced?.attemptId ? await attemptSuperseded(context, replaced.attemptId) : []),
  ])
  if (!isWritten) return null
  return { customer: isCurrent ? { ...current, version: current.version + 1, data: adopted } : null }
}

/** What the customer's record has of an intent by the attempt at it. */
export function intentOf({ id, data: { left, at } }: Pick<AttemptRecord, 'id' | 'data'>, intentId: string) {
  return { id: intentId, attemptId: id, attemptsLeft: left, createdAt: at }
}

/** The intent that a correction has replaced stays known, so that its late webhooks mean nothing. */
async function attemptSuperseded(context: ProxyContext, id: string): Promise<Change[]> {
  const attempt = await readAttempt(context, id)
  return attempt ? [attemptChange(id, attempt.version, { ...attempt.data, state: 'superseded' })] : []
}

/**
 * What changes at the attempts when a replaced intent is the customer's again, since it is the one that they have signed in
 * with: the later one gives way.
 */
export async function reinstate(
  context: ProxyContext,
  earlier: AttemptRecord,
  { intent }: Customer,
): Promise<Change[]> {
  const current = await readAttempt(context, earlier.id)
  return [
    ...(current ? [attemptChange(current.id, current.version, { ...current.data, state: 'created' })] : []),
    ...(intent?.attemptId ? await attemptSuperseded(context, intent.attemptId) : []),
  ]
}

/** Only an intent that nobody has signed in with can be put aside, and that Astra has not said its last word on. */
export function mayBeReplaced({ intent, tokens, user }: Customer): boolean {
  return intent !== null && !FINAL.includes(intent.status) && tokens === null && user === null
}

const FINAL: readonly UserIntentStatus[] = ['converted_to_user', 'rejected', 'suspended']
