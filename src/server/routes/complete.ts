import { completeBody } from '../../core/contract-schemas.ts'
import type { CompleteAnswer } from '../../core/contract.ts'
import { AstraError, isAstraError } from '../../core/errors.ts'
import type { AstraErrorCode } from '../../core/errors.ts'
import { parseHostedReturn } from '../../core/hosted-flow.ts'
import type { HostedReturn } from '../../core/hosted-flow.ts'
import type { TokenSet } from '../../core/tokens.ts'
import { answerJson } from '../answer.ts'
import { AccessTokenRefused } from '../astra-api.ts'
import type { Person, User } from '../astra-api.ts'
import type { ProxyContext, Route } from '../context.ts'
import { readCustomer, updateCustomer } from '../customer.ts'
import type { Customer } from '../customer.ts'
import { sha256 } from '../encryption.ts'
import {
  flowChange,
  flowIdOfState,
  newestOpenFlow,
  readFlow,
  readOwnFlow,
  returnAddress,
  viewFlow,
} from '../flow.ts'
import type { FlowRecord, Progress } from '../flow.ts'
import { identify, readBody } from '../request.ts'

/** `POST flows/complete`: takes what the return brought. Repeated calls get the stored result. */
export const postComplete: Route = async (context, { request, browser }) => {
  const { query } = await readBody(request, completeBody)
  const returned = parseHostedReturn(new URLSearchParams(query))
  const found = await findFlow(context, returned, browser)
  const identity = await identify(context, request)
  if (!found || (identity && identity.id !== found.data.customerId)) throw new AstraError('flow_not_found')

  const claimed = await claim(context, found)
  if (claimed) await finish(context, claimed, returned)
  const record = (await readFlow(context, found.id)) ?? found
  const answer: CompleteAnswer = {
    flow: viewFlow(record, context.now()),
    returnTo: returnAddress(record.id, record.data.returnTo),
  }
  return answerJson(answer)
}

/** By `state`, if Astra echoed it; otherwise the newest of this browser that can have come back like this. */
async function findFlow(
  context: ProxyContext,
  { kind, state }: HostedReturn,
  browser: string | null,
): Promise<FlowRecord | null> {
  if (state === null) {
    return newestOpenFlow(context, browser, ({ flow }) => kind === 'no-code' || flow === 'authorize')
  }
  const record = await readOwnFlow(context, flowIdOfState(state) ?? '', browser)
  return record?.data.stateHashes.includes(await sha256(state)) ? record : null
}

/** Enters `exchanging` by compare-and-set; null when somebody else did, or the flow is over. */
async function claim(context: ProxyContext, record: FlowRecord): Promise<FlowRecord | null> {
  const { id, version, data } = record
  if (data.progress.state !== 'open' || data.expiresAt <= context.now()) return null
  const claimed = { ...data, progress: { state: 'exchanging', since: context.now() } as const }
  if (!(await context.storage.commit([flowChange(id, version, claimed)]))) return null
  return { ...record, version: version + 1, data: claimed }
}

async function finish(context: ProxyContext, flow: FlowRecord, returned: HostedReturn): Promise<void> {
  const { customerId } = flow.data
  if (flow.data.flow !== 'authorize') {
    await close(context, flow, { state: 'returned' }, forgetReads)
    return
  }
  if (returned.kind === 'no-code') {
    const progress: Progress = { state: returned.declined ? 'declined' : 'returned' }
    await close(context, flow, progress, (customer) => ({
      ...forgetReads(customer),
      fruitlessReturns: customer.fruitlessReturns + 1,
    }))
    return
  }
  const outcome = await context.astra.exchangeCode(returned.code)
  if (outcome.kind !== 'granted') {
    const error = REFUSALS[outcome.kind]
    context.logger.warn(
      { code: error, route: 'complete', requestId: outcome.requestId },
      'a code was not exchanged',
    )
    await close(context, flow, { state: 'failed', error }, forgetReads)
    return
  }
  try {
    const user = await verifiedUser(context, customerId, outcome.tokens)
    const tokens = await context.tokens.seal(customerId, outcome.tokens)
    await close(context, flow, { state: 'authorized' }, (customer) => ({
      ...customer,
      tokens,
      fruitlessReturns: 0,
      intent: customer.intent && { ...customer.intent, status: 'converted_to_user', userId: user.id },
      user: { id: user.id, status: user.status, readAt: context.now() },
    }))
  } catch (error) {
    if (!isAstraError(error)) throw error
    context.logger.warn(
      { code: error.code, route: 'complete', requestId: error.requestId },
      'tokens were dropped',
    )
    await close(context, flow, { state: 'failed', error: error.code }, forgetReads)
  }
}

const REFUSALS = {
  dead: 'code_refused',
  'refused-client': 'astra_refused_client',
  unavailable: 'exchange_outcome_unknown',
} as const satisfies Record<string, AstraErrorCode>

/** Writes the end of the flow and its effect on the customer in one commit. */
async function close(
  context: ProxyContext,
  { id, version, data }: FlowRecord,
  progress: Progress,
  change: (customer: Customer) => Customer,
): Promise<void> {
  const closed = flowChange(id, version, { ...data, progress })
  await updateCustomer(context.storage, data.customerId, change, [closed])
}

/** After a return, what was read before it is old news. */
function forgetReads(customer: Customer): Customer {
  return {
    ...customer,
    intent: customer.intent && { ...customer.intent, readAt: 0 },
    user: customer.user && { ...customer.user, readAt: 0 },
  }
}

/**
 * The User whom the tokens speak for, if it is this customer. Astra signs a person in to whatever profile the phone
 * belongs to, so the answer to one customer's return can be another customer's authorization.
 * @throws AstraError `identity_mismatch`
 */
async function verifiedUser(context: ProxyContext, customerId: string, tokens: TokenSet): Promise<User> {
  const user = await readUserOnce(context, tokens)
  const { data: customer } = await readCustomer(context.storage, customerId)
  if (!(await isSamePerson(context, customer, user))) throw new AstraError('identity_mismatch')
  const owners = await context.storage.find('customer', 'user', user.id)
  if (owners.some(({ id }) => id !== customerId)) throw new AstraError('identity_mismatch')
  return user
}

async function readUserOnce(context: ProxyContext, { accessToken }: TokenSet): Promise<User> {
  try {
    return await context.astra.readUser(accessToken)
  } catch (error) {
    if (error instanceof AccessTokenRefused) throw new AstraError('astra_unexpected', { cause: error })
    throw error
  }
}

async function isSamePerson(context: ProxyContext, customer: Customer, user: User): Promise<boolean> {
  if (customer.user) return customer.user.id === user.id
  // A business customer's first User is pinned by being stored.
  if (!customer.intent) return true
  const intent = await context.astra.readUserIntent(customer.intent.id)
  if (intent.userId) return intent.userId === user.id
  return PERSON_FIELDS.every((field) => intent[field] === user[field])
}

const PERSON_FIELDS = ['phone', 'email', 'firstName', 'lastName'] as const satisfies (keyof Person)[]
