import { AstraError, isAstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { TokenSet } from '../core/tokens.ts'
import { intentOf, reinstate } from './adoption.ts'
import { isDue, isWithin, READ_INTERVAL_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { failureLine } from './failure-log.ts'
import { forgetReads, mergeStatus, readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { flowChange, flowLabel, readFlow } from './flow.ts'
import type { ClaimedFlow, FlowRecord, Progress } from './flow.ts'
import { moveFlow, reopenFlow } from './flow-ending.ts'
import { grantFailed } from './grant.ts'
import type { NoGrant } from './grant.ts'
import type { Lease } from './lease.ts'
import { isRecognisable, ownership, verifiedUser } from './identity-check.ts'
import type { Change } from './storage/storage.ts'
import { insist } from './tries.ts'

/** Tokens whose owner could not be checked are kept this long, unusable, then dropped. */
const UNVERIFIED_LIMIT_MS = 15 * 60 * 1000

/**
 * Trades a code for tokens, and keeps them only if they are this customer's.
 * @throws AstraError when the code has never left: the flow is open again, and the same return may be posted again
 */
export async function exchangeCode(context: ProxyContext, flow: ClaimedFlow, code: string): Promise<void> {
  let isSent = false
  try {
    await context.tokens.alone(flow.data.customerId, async (lease) => {
      if (!flow.data.progress.certain && !(await isRecognisable(context, flow.data.customerId)))
        return refuse(context, flow, new AstraError('flow_not_found'))
      isSent = true
      const outcome = await context.astra.exchangeCode(code)
      if (outcome.kind === 'granted') return verify(context, lease, flow, outcome.tokens)
      if (outcome.kind === 'unavailable' && !outcome.isSent) {
        isSent = false
        throw grantFailed(outcome, 'astra_unavailable')
      }
      return refuse(context, flow, grantFailed(outcome, REFUSALS[outcome.kind]))
    })
  } catch (error) {
    // If the storage fails here as well, the flow counts as failed after a while, as after a crash.
    if (!isSent) await reopenFlow(context, flow).catch(() => {})
    throw error
  }
}

async function refuse(context: ProxyContext, flow: ClaimedFlow, error: AstraError): Promise<void> {
  const { customerId, progress } = flow.data
  context.logger.warn(...failureLine('complete', error, 'a code was not exchanged', customerId))
  await moveFlow(
    context,
    flow,
    { state: 'failed', error: error.code, certain: progress.certain },
    forgetReads,
  )
}

const REFUSALS = {
  dead: 'code_refused',
  'refused-request': 'code_refused',
  'refused-client': 'astra_refused_client',
  unavailable: 'exchange_outcome_unknown',
} as const satisfies Record<NoGrant['kind'], AstraErrorCode>

/** Keeps the tokens, drops them, or, while Astra cannot tell whose they are, puts them aside. */
async function verify(
  context: ProxyContext,
  lease: Lease,
  flow: ClaimedFlow,
  tokens: TokenSet,
): Promise<void> {
  const { customerId, progress } = flow.data
  try {
    const { user, phoneChanged, intentId, earlier } = await insist(context, () =>
      verifiedUser(context, customerId, tokens),
    )
    const [sealed, [phoneHash]] = await Promise.all([
      context.tokens.seal(customerId, tokens),
      context.keyedHash(`phone/${user.phone}`),
    ])
    const authorized = (customer: Customer): Customer => {
      // Somebody else has got this customer tokens since, and only the latest work.
      if (!lease.isHeld(customer)) throw new AstraError('exchange_outcome_unknown')
      // A correction was sent meanwhile: whose the tokens are has to be asked again.
      if ((customer.intent?.id ?? null) !== intentId) throw new AstraError('astra_unavailable')
      return {
        ...customer,
        tokens: sealed,
        fruitlessReturns: 0,
        phoneChanged,
        unverifiedFlow: customer.unverifiedFlow === flow.id ? null : customer.unverifiedFlow,
        intent: customer.intent && {
          ...customer.intent,
          ...(earlier && intentOf(earlier.attempt, earlier.intent.id)),
          status: 'converted_to_user',
          userId: user.id,
        },
        // For `maintain`: the person may close the page, and nobody would hear of it.
        isStale: true,
        cardsDue: true,
        user: {
          id: user.id,
          status: mergeStatus(customer.user?.status, user.status),
          readAt: context.now(),
          phoneHash,
        },
      }
    }
    const alongside = async (customer: Customer): Promise<Change[]> => [
      ...(await ownership(context, user.id, customerId)),
      ...(earlier ? await reinstate(context, earlier.attempt, customer) : []),
    ]
    await insist(context, () =>
      moveFlow(context, flow, { state: 'authorized', certain: progress.certain }, authorized, alongside),
    )
  } catch (error) {
    if (!isAstraError(error)) throw error
    if (DECIDED.has(error.code)) return drop(context, flow, error)
    await putAside(context, flow, tokens, error)
  }
}

async function drop(context: ProxyContext, flow: ClaimedFlow, error: AstraError): Promise<void> {
  const { customerId, progress } = flow.data
  const ending = { state: 'failed', error: error.code, certain: progress.certain } as const
  const isDropped = await moveFlow(context, flow, ending, (customer) => ({
    ...forgetReads(customer),
    unverifiedFlow: customer.unverifiedFlow === flow.id ? null : customer.unverifiedFlow,
  }))
  // Those of a stranger's return, whose flow the genuine one has taken over since, are gone already.
  if (isDropped) context.logger.warn(...failureLine('complete', error, 'tokens were dropped', customerId))
}

/** Nothing else says whose the tokens are: a gateway may refuse for a moment what it lets through afterwards. */
const DECIDED = new Set<AstraErrorCode>(['identity_mismatch', 'exchange_outcome_unknown'])

/** The tokens lie sealed on the flow until {@link settleUnverified} looks again. */
async function putAside(
  context: ProxyContext,
  flow: ClaimedFlow,
  tokens: TokenSet,
  error: AstraError,
): Promise<void> {
  const { certain, state } = flow.data.progress
  if (state === 'unverified') throw error
  const earlier = await earlierAside(context, flow)
  if (earlier?.data.progress.certain && !certain) return drop(context, flow, error)
  if (earlier) await drop(context, earlier, new AstraError('astra_unavailable'))
  const sealed = await context.vault.seal(flowLabel(flow.id), JSON.stringify(tokens))
  const aside: Progress = { state: 'unverified', since: context.now(), readAt: 0, tokens: sealed, certain }
  await insist(context, () =>
    moveFlow(context, flow, aside, (customer) => ({ ...customer, unverifiedFlow: flow.id })),
  )
}

/**
 * The customer's other flow with tokens put aside; there is one at most. A later return takes its place, unless only the
 * earlier one has brought our state.
 */
async function earlierAside(context: ProxyContext, { id, data: { customerId } }: FlowRecord) {
  const { unverifiedFlow } = (await readCustomer(context.storage, customerId)).data
  if (unverifiedFlow === null || unverifiedFlow === id) return null
  const record = await readFlow(context, unverifiedFlow)
  return record && isUnverified(record) ? record : null
}

type UnverifiedFlow = FlowRecord & { data: { progress: Extract<Progress, { state: 'unverified' }> } }

function isUnverified(record: FlowRecord): record is UnverifiedFlow {
  return record.data.progress.state === 'unverified'
}

/**
 * Looks again whose the tokens are that were put aside.
 * @throws AstraError `astra_unavailable` while Astra still cannot tell, `storage_unavailable` and its like
 */
export async function settleUnverified(context: ProxyContext, customerId: string): Promise<void> {
  await context.tokens.alone(customerId, async (lease) => {
    const { unverifiedFlow } = (await readCustomer(context.storage, customerId)).data
    const flow = unverifiedFlow === null ? null : await readFlow(context, unverifiedFlow)
    if (!flow || !isUnverified(flow)) {
      await updateCustomer(context, customerId, (customer) =>
        customer.unverifiedFlow === unverifiedFlow && unverifiedFlow !== null
          ? { ...customer, unverifiedFlow: null }
          : null,
      )
      return
    }
    const { tokens, since } = flow.data.progress
    if (!isWithin(UNVERIFIED_LIMIT_MS, since, context.now()))
      return drop(context, flow, new AstraError('astra_unavailable'))
    const opened = await open(context, flow, tokens)
    if (isAstraError(opened)) return drop(context, flow, opened)
    await verify(context, lease, await claimRead(context, flow), opened)
  })
}

/** Takes the next look by compare-and-set; whoever comes in between hears what came of the last one. */
async function claimRead(
  context: ProxyContext,
  { id, version, data, ...rest }: UnverifiedFlow,
): Promise<UnverifiedFlow> {
  const now = context.now()
  const claimed = { ...data, progress: { ...data.progress, readAt: now } }
  const isClaimed =
    isDue(data.progress.readAt, READ_INTERVAL_MS, now) &&
    (await context.storage.commit([flowChange(id, version, claimed)]))
  if (!isClaimed) throw new AstraError('astra_unavailable', { message: ASKED_LATELY })
  return { ...rest, id, version: version + 1, data: claimed }
}

const ASKED_LATELY =
  'Whose the tokens of this customer are was asked of Astra a moment ago, without an answer. It is asked again by the next status.'

/** The error when the key is gone: nobody can use the tokens any more, and the customer must not wait for them. */
async function open(context: ProxyContext, { id }: FlowRecord, sealed: string) {
  try {
    return JSON.parse(await context.vault.open(flowLabel(id), sealed)) as TokenSet
  } catch (error) {
    if (isAstraError(error, 'token_unreadable')) return error
    throw error
  }
}
