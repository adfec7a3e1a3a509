import { AstraError, isAstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { TokenSet } from '../core/tokens.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { forgetReads, mergeStatus, readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { flowChange, flowLabel, readFlow } from './flow.ts'
import type { Ending, FlowRecord, Progress } from './flow.ts'
import { ownership, verifiedUser } from './identity-check.ts'

/** Tokens whose owner could not be checked are kept this long, unusable, then dropped. */
const UNVERIFIED_LIMIT_MS = 15 * 60 * 1000

/** Trades a code for tokens, and keeps them only if they are this customer's. `certain`: the return brought our state. */
export async function exchangeCode(
  context: ProxyContext,
  flow: FlowRecord,
  code: string,
  certain: boolean,
): Promise<void> {
  const outcome = await context.astra.exchangeCode(code)
  if (outcome.kind === 'granted') return verify(context, flow, outcome.tokens, certain)
  const error = REFUSALS[outcome.kind]
  context.logger.warn(
    { code: error, route: 'complete', requestId: outcome.requestId },
    'a code was not exchanged',
  )
  await closeFlow(context, flow, { state: 'failed', error, certain }, forgetReads)
}

const REFUSALS = {
  dead: 'code_refused',
  'refused-client': 'astra_refused_client',
  unavailable: 'exchange_outcome_unknown',
} as const satisfies Record<string, AstraErrorCode>

/** Keeps the tokens, drops them, or, while Astra cannot tell whose they are, puts them aside. */
async function verify(
  context: ProxyContext,
  flow: FlowRecord,
  tokens: TokenSet,
  certain: boolean,
): Promise<void> {
  const { customerId } = flow.data
  try {
    const { user, phoneChanged } = await verifiedUser(context, customerId, tokens)
    const [sealed, [phoneHash]] = await Promise.all([
      context.tokens.seal(customerId, tokens),
      context.keyedHash(`phone/${user.phone}`),
    ])
    const authorized = (customer: Customer): Customer => ({
      ...customer,
      tokens: sealed,
      fruitlessReturns: 0,
      phoneChanged,
      unverifiedFlow: customer.unverifiedFlow === flow.id ? null : customer.unverifiedFlow,
      intent: customer.intent && { ...customer.intent, status: 'converted_to_user', userId: user.id },
      // For `maintain`: the person may close the page, and nobody would hear of it.
      isStale: true,
      user: {
        id: user.id,
        status: mergeStatus(customer.user?.status, user.status),
        readAt: context.now(),
        phoneHash,
      },
    })
    await closeFlow(context, flow, { state: 'authorized', certain }, authorized, user.id)
  } catch (error) {
    if (!isAstraError(error)) throw error
    if (error.code === 'astra_unavailable' && (await putAside(context, flow, tokens, certain))) return
    context.logger.warn(
      { code: error.code, route: 'complete', requestId: error.requestId },
      'tokens were dropped',
    )
    await closeFlow(context, flow, { state: 'failed', error: error.code, certain }, (customer) => ({
      ...forgetReads(customer),
      unverifiedFlow: customer.unverifiedFlow === flow.id ? null : customer.unverifiedFlow,
    }))
  }
}

/** True: the tokens lie sealed on the flow until {@link settleUnverified} looks again. */
async function putAside(
  context: ProxyContext,
  flow: FlowRecord,
  tokens: TokenSet,
  certain: boolean,
): Promise<boolean> {
  const { progress } = flow.data
  if (progress.state === 'unverified') {
    if (!isWithin(UNVERIFIED_LIMIT_MS, progress.since, context.now())) return false
    throw new AstraError('astra_unavailable')
  }
  const sealed = await context.vault.seal(flowLabel(flow.id), JSON.stringify(tokens))
  const aside: Progress = { state: 'unverified', since: context.now(), tokens: sealed, certain }
  await closeFlow(context, flow, aside, (customer) => ({ ...customer, unverifiedFlow: flow.id }))
  return true
}

/**
 * Looks again whose the tokens are that were put aside.
 * @throws AstraError `astra_unavailable` while Astra still cannot tell
 */
export async function settleUnverified(context: ProxyContext, customerId: string): Promise<void> {
  await context.tokens.alone(customerId, async () => {
    const { unverifiedFlow } = (await readCustomer(context.storage, customerId)).data
    const flow = unverifiedFlow === null ? null : await readFlow(context, unverifiedFlow)
    if (flow?.data.progress.state !== 'unverified') {
      await updateCustomer(context.storage, customerId, (customer) =>
        customer.unverifiedFlow === unverifiedFlow && unverifiedFlow !== null
          ? { ...customer, unverifiedFlow: null }
          : null,
      )
      return
    }
    const { tokens, certain } = flow.data.progress
    const opened = JSON.parse(await context.vault.open(flowLabel(flow.id), tokens)) as TokenSet
    await verify(context, flow, opened, certain)
  })
}

/** Writes where the flow has got to, its effect on the customer, and whose the User is, in one commit. */
export async function closeFlow(
  context: ProxyContext,
  { id, version, data }: FlowRecord,
  progress: Progress,
  change: (customer: Customer) => Customer,
  owner?: string,
): Promise<void> {
  const closed = flowChange(id, version, { ...data, progress })
  await updateCustomer(context.storage, data.customerId, change, async () =>
    owner ? [closed, ...(await ownership(context, owner, data.customerId))] : [closed],
  )
  context.audit({ event: 'flow.finish', customer: data.customerId, outcome: outcomeOf(progress) })
}

function outcomeOf(progress: Progress): string {
  return progress.state === 'failed' ? progress.error : progress.state
}

/** How a flow ends that brought no code. */
export async function endWithoutCode(
  context: ProxyContext,
  flow: FlowRecord,
  ending: Ending,
  certain: boolean,
): Promise<void> {
  // Only a return from authorize that is certainly ours counts: three of them stop the customer.
  const counted = certain && flow.data.flow === 'authorize' ? 1 : 0
  await closeFlow(context, flow, { ...ending, certain }, (customer) => ({
    ...forgetReads(customer),
    fruitlessReturns: customer.fruitlessReturns + counted,
  }))
}
