import { AstraError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { adopt, mayBeReplaced } from './adoption.ts'
import type { Written } from './adoption.ts'
import { attemptEnding, closeAttempt } from './attempt-ending.ts'
import type { AttemptEnding } from './attempt-ending.ts'
import { attemptChange, newAttemptId, readAttempt } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { CREATE_TIMEOUT_MS } from './astra-api.ts'
import type { CreationOutcome } from './astra-api.ts'
import { withAstraStatus } from './astra-status.ts'
import { spendEmail, spendPerson } from './budget.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext, UsableIdentity } from './context.ts'
import { ATTEMPT_LIMIT_MS, isBeingCreated, readCustomer, updateCustomer } from './customer.ts'
import type { Customer, VersionedCustomer } from './customer.ts'
import { limitAddress, personHashes, refundAddress, spendDay } from './limits.ts'
import type { Counted } from './limits.ts'
import { ATTEMPT_KEY, isMetadata, partnersMetadata } from './metadata.ts'
import { insist } from './tries.ts'
import { hasRecentWebhook } from './webhook-record.ts'

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
  if (outcome.kind === 'not-sent' || outcome.kind === 'refused') throw outcome.error
  if (outcome.kind === 'unknown') {
    const { cause, requestId, status } = outcome
    // A webhook may have been faster than the lost answer.
    if ((await readAttempt(context, id))?.data.state !== 'created')
      throw withAstraStatus(new AstraError('intent_outcome_unknown', { cause, requestId }), status)
  }
  return (adopted ?? (await readCustomer(context.storage, identity.id))).data
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

/** The answer never came, to the first creation or to a correction, and a webhook may still tell. */
function isUndecided({ attempt }: Customer, patienceMs: number, now: number): boolean {
  return attempt !== null && isWithin(patienceMs, attempt.at, now)
}

/** Whether a tab waits for an intent that is on its way: it is being created, or a webhook may bring it. */
export async function isOnItsWay(context: ProxyContext, customer: Customer): Promise<boolean> {
  if (customer.attempt === null) return false
  // By the clock that the attempt was dated with.
  const now = await context.clock()
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

function endingOf(outcome: Exclude<CreationOutcome, { kind: 'created' }>): AttemptEnding {
  if (outcome.kind === 'refused') return outcome.counts ? 'refused' : 'unsent'
  return outcome.kind === 'not-sent' ? 'unsent' : 'unknown'
}
