import { AstraError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import type { UserIntentStatus } from '../core/status.ts'
import { isToBeTold } from './announcement.ts'
import { attemptChange, newAttemptId, readAttempt } from './attempt.ts'
import type { Attempt, AttemptRecord } from './attempt.ts'
import { CREATE_TIMEOUT_MS } from './astra-api.ts'
import type { CreationOutcome } from './astra-api.ts'
import { withAstraStatus } from './astra-status.ts'
import { refund, spendEmail, spendPerson } from './budget.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext, UsableIdentity } from './context.ts'
import { ATTEMPT_LIMIT_MS, customerChange, isBeingCreated, readCustomer, updateCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import { limitAddress, personHashes, refundAddress, refundDay, spendDay } from './limits.ts'
import type { Counted } from './limits.ts'
import { isMetadata, partnersMetadata } from './metadata.ts'
import type { Change } from './storage/storage.ts'
import { insist, untilWritten } from './tries.ts'
import { hasRecentWebhook } from './webhook-record.ts'

/** The key of Astra's `metadata` under which an attempt travels, and comes back in webhooks. */
export const ATTEMPT_KEY = 'astra_onboarding_attempt'

/** With webhooks at work, a creation without an answer is left to them this long before the person may decide. */
const WEBHOOK_PATIENCE_MS = 15 * 60 * 1000

/** A process that was stopped for so long before the call leaves it: the person may have tried again. */
const LATEST_SENDING_MS = ATTEMPT_LIMIT_MS - CREATE_TIMEOUT_MS

const STOOD_STILL =
  'This process or its storage stood still for longer than a creation may take to be sent. Nothing was sent to Astra.'

/** What a creation needs to know beyond who asks. */
export interface Creation {
  profile: Profile
  ipAddress: string
  /** "Correct my details": the new intent takes the place of the one there is. */
  replace: boolean
}

/**
 * Astra has no idempotency key and allows three intents per e-mail: the attempt is stored before the call, and a call
 * without an answer is never repeated unless the person asks for it. What Astra thinks of the intent is left to whoever
 * reads the status next.
 *
 * @returns the customer with the new intent
 * @throws AstraError `intent_exists`, `intent_limit_reached`, `too_many_requests`, `intent_outcome_unknown`, or the refusal
 */
export async function createOnce(
  context: ProxyContext,
  identity: UsableIdentity,
  { profile, ipAddress, replace }: Creation,
): Promise<Customer> {
  const id = newAttemptId(context)
  // The partner's function may throw; then nothing has begun yet.
  const own = partnersMetadata(context.options.metadata, identity.answered)
  const metadata = { ...own, [ATTEMPT_KEY]: id }
  if (!isMetadata(metadata)) throw new AstraError('metadata_invalid')

  const emails = await context.keyedHash(`email/${(profile.email ?? '').toLowerCase()}`)
  const stored = await readCustomer(context.storage, identity.id)
  // Where none is under way it matters only for one that begins in this very moment.
  const mayBeTold = stored.data.attempt === null || (await hasRecentWebhook(context))
  const patienceMs = mayBeTold ? WEBHOOK_PATIENCE_MS : 0
  // Other instances judge by it whether this attempt is still under way.
  const at = await context.clock()
  const begunAt = context.now()
  const persons = await personHashes(context, profile)
  // Nearly everybody is. While several keys are configured no commit would tell: what was counted has another hash.
  let isTakenForNew = emails.length === 1
  let attempt: Attempt = {
    customerId: identity.id,
    state: 'sent',
    intentId: null,
    emailHash: emails[0],
    personHash: persons[0],
    left: 0,
    at,
  }
  const customer = await updateCustomer(
    context,
    identity.id,
    (customer) => {
      if (!mayCreate(customer, { replace, patienceMs, now: at })) throw new AstraError('intent_exists')
      return { ...customer, creations: spendDay(context, customer), attempt: { id, state: 'sent', at } }
    },
    async ({ attempt: earlier }) => {
      const email = await spendEmail(context, { attemptId: id, hashes: emails, isTakenForNew })
      const person = await spendPerson(context, { attemptId: id, hashes: persons, isTakenForNew })
      attempt = { ...attempt, left: email.left }
      // If one of the two is known after all, the commit fails, and the next try reads both.
      isTakenForNew = false
      // Maintenance finds an attempt by its customer, who names only the latest.
      const closed = earlier?.state === 'sent' ? await attemptEnding(context, earlier.id, 'unknown') : []
      return [attemptChange(id, null, attempt), ...email.changes, ...person, ...closed]
    },
    stored,
  )

  let counted: Counted
  try {
    counted = await limitAddress(context, ipAddress)
  } catch (error) {
    await closeAttempt(context, identity.id, id, 'unsent')
    throw error
  }

  if (!isWithin(LATEST_SENDING_MS, begunAt, context.now())) {
    await closeAttempt(context, identity.id, id, 'unsent')
    await refundAddress(context, counted)
    throw new AstraError('astra_unavailable', { message: STOOD_STILL })
  }
  const { kycType } = context.policy
  const outcome = await context.astra.createUserIntent({ profile, ipAddress, kycType, metadata })
  const written: Written = { customer, attempt: { kind: 'attempt', id, version: 1, data: attempt } }
  context.audit({ event: 'intent.create', customer: identity.id, outcome: outcome.kind })
  const adopted = await settle(context, written, outcome)
  if (outcome.kind !== 'created' && endingOf(outcome) === 'unsent') await refundAddress(context, counted)
  if (outcome.kind === 'not-sent') throw new AstraError('astra_unavailable', { cause: outcome.cause })
  if (outcome.kind === 'refused') throw outcome.error
  if (outcome.kind === 'unknown') {
    const { cause, requestId, status } = outcome
    // A webhook may have been faster than the lost answer.
    if ((await readAttempt(context, id))?.data.state !== 'created')
      throw withAstraStatus(new AstraError('intent_outcome_unknown', { cause, requestId }), status)
  }
  return (adopted ?? (await readCustomer(context.storage, identity.id))).data
}

/** What a creation has written before the call. Others may have written since, which the next commit finds out. */
interface Written {
  customer: VersionedCustomer
  attempt: AttemptRecord
}

function mayCreate(
  customer: Customer,
  { replace, patienceMs, now }: { replace: boolean; patienceMs: number; now: number },
): boolean {
  if (isBeingCreated(customer, now) || isUndecided(customer, patienceMs, now)) return false
  // A User without an intent is one that the partner brought along.
  if (!customer.intent) return customer.user === null
  return replace && mayBeReplaced(customer)
}

/** Only an intent that nobody has signed in with can be put aside, and that Astra has not said its last word on. */
export function mayBeReplaced({ intent, tokens, user }: Customer): boolean {
  return intent !== null && !FINAL.includes(intent.status) && tokens === null && user === null
}

const FINAL: readonly UserIntentStatus[] = ['converted_to_user', 'rejected', 'suspended']

/** The answer never came, to the first creation or to a correction, and a webhook may still tell. */
function isUndecided({ attempt }: Customer, patienceMs: number, now: number): boolean {
  return attempt !== null && isWithin(patienceMs, attempt.at, now)
}

/** Whether a tab waits for an intent that is on its way: it is being created, or a webhook may bring it. */
export async function isOnItsWay(context: ProxyContext, customer: Customer): Promise<boolean> {
  const now = context.now()
  if (isBeingCreated(customer, now)) return true
  if (!isUndecided(customer, WEBHOOK_PATIENCE_MS, now)) return false
  return hasRecentWebhook(context)
}

/** Writes down how the call ended. Whatever a webhook has settled meanwhile stands. */
async function settle(
  context: ProxyContext,
  written: Written,
  outcome: CreationOutcome,
): Promise<VersionedCustomer | null> {
  const { id } = written.attempt
  let known: Written | undefined = written
  if (outcome.kind === 'created') {
    return insist(context, async () => {
      const current = known
      known = undefined
      return adopt(context, id, outcome.id, current)
    })
  }
  await closeAttempt(context, written.customer.id, id, endingOf(outcome))
  return null
}

/** `unsent`: Astra has not taken it, so it is forgotten and given back to e-mail address, person and IP address. */
type Ending = 'unknown' | 'refused' | 'unsent'

function endingOf(outcome: Exclude<CreationOutcome, { kind: 'created' }>): Ending {
  if (outcome.kind === 'refused') return outcome.counts ? 'refused' : 'unsent'
  return outcome.kind === 'not-sent' ? 'unsent' : 'unknown'
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
  const intent = { id: intentId, userId: null, status: 'pending' as const, createdAt: data.at, readAt: 0 }
  const adopted: Customer = {
    ...customer,
    attempt: isLatest ? null : customer.attempt,
    isStale: isCurrent || customer.isStale,
    intent: isCurrent ? { ...intent, attemptId: id, attemptsLeft: data.left } : customer.intent,
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

/** The intent that a correction has replaced stays known, so that its late webhooks mean nothing. */
async function attemptSuperseded(context: ProxyContext, id: string): Promise<Change[]> {
  const attempt = await readAttempt(context, id)
  return attempt ? [attemptChange(id, attempt.version, { ...attempt.data, state: 'superseded' })] : []
}

/** Writes down how an attempt ended. The count of the IP address is given back by whoever has counted it. */
export async function closeAttempt(
  context: ProxyContext,
  customerId: string,
  id: string,
  ending: Ending,
): Promise<void> {
  const known = await readAttempt(context, id)
  const isOpen = known !== null && mayEnd(known, ending)
  await updateCustomer(
    context,
    customerId,
    (customer, version) => {
      const current = customer.attempt?.id === id ? customer.attempt : null
      // Forgotten meanwhile, or ended already.
      if (version === null || (!current && !isOpen)) return null
      const at = known?.data.at ?? current?.at ?? 0
      const creations = ending === 'unsent' ? refundDay(customer, at) : customer.creations
      if (!current) return { ...customer, creations }
      const attempt = ending === 'unknown' ? { ...current, state: ending } : null
      // Whoever has waited for it may have gone.
      return {
        ...customer,
        creations,
        attempt,
        isUntold: isToBeTold(context, customer),
      }
    },
    () => attemptEnding(context, id, ending),
  )
}

function mayEnd({ data: { state } }: AttemptRecord, ending: Ending): boolean {
  return state === 'sent' || (state === 'unknown' && ending !== 'unknown')
}

async function attemptEnding(context: ProxyContext, id: string, ending: Ending): Promise<Change[]> {
  const attempt = await readAttempt(context, id)
  if (!attempt || !mayEnd(attempt, ending)) return []
  if (ending !== 'unsent') return [attemptChange(id, attempt.version, { ...attempt.data, state: ending })]
  const gone: Change = { kind: 'attempt', id, expectedVersion: attempt.version, data: null }
  return [gone, ...(await refund(context, [attempt]))]
}
