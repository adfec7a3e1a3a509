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
  readFlow,
  readOwnFlow,
  returnAddress,
  startedFlows,
  viewFlow,
} from '../flow.ts'
import type { Ending, Flow, FlowRecord, Progress } from '../flow.ts'
import { identify, readBody } from '../request.ts'
import type { Change, StoredRecord } from '../storage/storage.ts'

/** `POST flows/complete`: takes what the return brought. Repeated calls get the stored result. */
export const postComplete: Route = async (context, { request, browser }) => {
  const { query } = await readBody(request, completeBody)
  const returned = parseHostedReturn(new URLSearchParams(query))
  const identity = await identify(context, request)
  const belongs = ({ customerId }: Flow) => !identity || identity.id === customerId
  const found = await findFlow(context, returned, browser, belongs)
  if (!found) throw new AstraError('flow_not_found')

  const claimed = await claim(context, found, returned)
  if (claimed) await finish(context, claimed, returned)
  const record = (await readFlow(context, found.id)) ?? found
  const answer: CompleteAnswer = {
    flow: viewFlow(record, context.now()),
    returnTo: returnAddress(record.id, record.data.returnTo),
  }
  return answerJson(answer)
}

/** By `state`, if Astra echoed it; otherwise the newest open one of this browser that can have come back like this. */
async function findFlow(
  context: ProxyContext,
  returned: HostedReturn,
  browser: string | null,
  belongs: (flow: Flow) => boolean,
): Promise<FlowRecord | null> {
  const { state } = returned
  if (state !== null) {
    const record = await readOwnFlow(context, flowIdOfState(state) ?? '', browser)
    if (!record || !belongs(record.data)) return null
    return record.data.stateHashes.includes(await sha256(state)) ? record : null
  }
  const flows = (await startedFlows(context, browser)).filter(({ data }) => belongs(data))
  const isOpen = ({ data }: FlowRecord) => data.progress.state === 'open'
  if (returned.kind === 'no-code') return flows.find(isOpen) ?? null
  // The return page posts again when an answer was lost: the same code means the same flow.
  const codeHash = await sha256(returned.code)
  const repeated = flows.find(({ data }) => data.codeHash === codeHash)
  return repeated ?? flows.find((record) => isOpen(record) && record.data.flow === 'authorize') ?? null
}

/** Enters `exchanging` by compare-and-set; null when somebody else did, or the flow is over. */
async function claim(
  context: ProxyContext,
  found: FlowRecord,
  returned: HostedReturn,
): Promise<FlowRecord | null> {
  const codeHash = returned.kind === 'code' ? await sha256(returned.code) : null
  let record: FlowRecord | null = found
  while (record) {
    const { id, version, data }: FlowRecord = record
    if (!isClaimable(data.progress, returned.state !== null) || data.expiresAt <= context.now()) return null
    const claimed: Flow = { ...data, codeHash, progress: { state: 'exchanging', since: context.now() } }
    if (await context.storage.commit([flowChange(id, version, claimed)])) {
      return { ...record, version: version + 1, data: claimed }
    }
    // A reload of the start path may have come in between; then it is still ours to take.
    record = await readFlow(context, id)
  }
  return null
}

function isClaimable(progress: Progress, isCertain: boolean): boolean {
  if (progress.state === 'open') return true
  return progress.state !== 'exchanging' && progress.state !== 'authorized' && !progress.certain && isCertain
}

async function finish(context: ProxyContext, flow: FlowRecord, returned: HostedReturn): Promise<void> {
  const end = (ending: Ending, change: (customer: Customer) => Customer, owner?: string) =>
    close(context, flow, { ...ending, certain: returned.state !== null }, change, owner)
  if (flow.data.flow !== 'authorize') {
    await end({ state: 'returned' }, forgetReads)
    return
  }
  if (returned.kind === 'no-code') {
    // Only a return that is certainly ours counts: three of them stop the customer.
    const counted = returned.state === null ? 0 : 1
    await end({ state: returned.declined ? 'declined' : 'returned' }, (customer) => ({
      ...forgetReads(customer),
      fruitlessReturns: customer.fruitlessReturns + counted,
    }))
    return
  }
  const { code } = returned
  await context.tokens.alone(flow.data.customerId, () => exchange(context, flow, code, end))
}

type End = (ending: Ending, change: (customer: Customer) => Customer, owner?: string) => Promise<void>

/** Trades the code for tokens, and keeps them only if they are this customer's. */
async function exchange(context: ProxyContext, flow: FlowRecord, code: string, end: End): Promise<void> {
  const { customerId } = flow.data
  const outcome = await context.astra.exchangeCode(code)
  if (outcome.kind !== 'granted') {
    const error = REFUSALS[outcome.kind]
    context.logger.warn(
      { code: error, route: 'complete', requestId: outcome.requestId },
      'a code was not exchanged',
    )
    await end({ state: 'failed', error }, forgetReads)
    return
  }
  try {
    const user = await patiently(() => verifiedUser(context, customerId, outcome.tokens))
    const tokens = await context.tokens.seal(customerId, outcome.tokens)
    const authorized = (customer: Customer): Customer => ({
      ...customer,
      tokens,
      fruitlessReturns: 0,
      intent: customer.intent && { ...customer.intent, status: 'converted_to_user', userId: user.id },
      user: { id: user.id, status: user.status, readAt: context.now() },
    })
    await end({ state: 'authorized' }, authorized, user.id)
  } catch (error) {
    if (!isAstraError(error)) throw error
    context.logger.warn(
      { code: error.code, route: 'complete', requestId: error.requestId },
      'tokens were dropped',
    )
    await end({ state: 'failed', error: error.code }, forgetReads)
  }
}

/** A read that fails for a moment must not cost the person the whole way through the module. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!isAstraError(error, 'astra_unavailable') || attempt === 3) throw error
    }
  }
}

const REFUSALS = {
  dead: 'code_refused',
  'refused-client': 'astra_refused_client',
  unavailable: 'exchange_outcome_unknown',
} as const satisfies Record<string, AstraErrorCode>

/** Writes the end of the flow, its effect on the customer, and whose the User is, in one commit. */
async function close(
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
}

/**
 * One User belongs to one customer.
 * @throws AstraError `identity_mismatch` when it is somebody else's already
 */
async function ownership(context: ProxyContext, userId: string, customerId: string): Promise<Change[]> {
  const owned = (await context.storage.get('user', userId)) as StoredRecord<{ customerId: string }> | null
  if (!owned) return [{ kind: 'user', id: userId, expectedVersion: null, data: { customerId } }]
  if (owned.data.customerId !== customerId) throw new AstraError('identity_mismatch')
  return []
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
  if (!customer.intent) return false
  const intent = await context.astra.readUserIntent(customer.intent.id)
  if (intent.userId) return intent.userId === user.id
  return PERSON_FIELDS.every((field) => intent[field] !== '' && intent[field] === user[field])
}

const PERSON_FIELDS = ['phone', 'email', 'firstName', 'lastName'] as const satisfies (keyof Person)[]
