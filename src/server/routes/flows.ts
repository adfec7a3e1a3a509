import { ROUTES } from '../../core/contract.ts'
import { openFlowBody } from '../../core/contract-schemas.ts'
import type { OpenFlowAnswer } from '../../core/contract.ts'
import { AstraError, isAstraError } from '../../core/errors.ts'
import type { Goal, HostedFlow, OnboardingStep } from '../../core/next-step.ts'
import { answerJson } from '../answer.ts'
import { cardsBefore } from '../cards.ts'
import { newBrowserCookie, setBrowserCookie } from '../browser-cookie.ts'
import type { CustomerRoute, ProxyContext } from '../context.ts'
import { customerChange, readCustomer } from '../customer.ts'
import type { Customer } from '../customer.ts'
import { randomToken, sha256 } from '../encryption.ts'
import { FLOW_LIFETIME_MS, flowChange, viewFlow } from '../flow.ts'
import type { CardWanted, Flow } from '../flow.ts'
import { limitFlows } from '../limits.ts'
import { readOwnOnboarding } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { readBody } from '../request.ts'
import { untilWritten } from '../tries.ts'
import { provenPhone } from '../trusted-authentication.ts'

/** `POST flows`: opens the hosted flow that the customer's step asks for. The browser chooses only how it is shown. */
export const postFlows: CustomerRoute = async (context, incoming) => {
  const { identity, browser } = incoming
  const { goal, presentation, returnTo } = await readBody(incoming, openFlowBody)
  requireAllowedReturnTo(context, returnTo)
  const { flow, card } = await destinationOf(context, identity, goal)
  const cookie = browser[0] ?? newBrowserCookie(context)
  const now = context.now()
  const data: Flow = {
    customerId: identity.id,
    environment: context.configuration.environment,
    goal,
    flow,
    presentation,
    ...(card && { card }),
    browserHash: sha256(cookie),
    stateHashes: [],
    returnTo,
    codeHash: null,
    progress: { state: 'open' },
    mints: 0,
    proven: await provenPhone(context, identity),
    createdAt: now,
    expiresAt: now + FLOW_LIFETIME_MS,
  }
  const id = randomToken(context.random, 16)
  await storeOpened(context, id, data)
  context.audit({ event: 'flow.open', customer: identity.id, outcome: flow })
  const answer: OpenFlowAnswer = {
    flow: viewFlow({ id, data }, now),
    startPath: `${ROUTES.flows}/${id}/start`,
  }
  return answerJson(answer, {
    status: 201,
    headers: { 'set-cookie': setBrowserCookie(context.configuration, cookie) },
  })
}

/**
 * In one commit with the customer, who has a record by now: a `proxy.forget` at the same time either finds both or makes
 * this commit fail. A flow that it left behind would belong to whoever gets this id next.
 */
async function storeOpened(context: ProxyContext, id: string, flow: Flow): Promise<void> {
  await untilWritten(context, async () => {
    const customer = await readCustomer(context.storage, flow.customerId)
    if (customer.version === null) throw new AstraError('flow_not_needed')
    const changes = [flowChange(id, null, flow), customerChange(customer, customer.data)]
    return (await context.storage.commit(changes)) || null
  })
}

/** Where the customer's step leads, and how its card will be recognised. Counts as one of the hour's flows. */
async function destinationOf(context: ProxyContext, identity: Identity, goal: Goal): Promise<Destination> {
  const due = await dueFlow(context, identity, goal)
  await limitFlows(context, identity.id)
  try {
    return await withCard(context, due, goal)
  } catch (error) {
    if (!isAstraError(error, 'reauthorization_required')) throw error
    // The cards could not be read because the authorization is dead: now the step leads to another one.
    return withCard(context, await dueFlow(context, identity, goal), goal)
  }
}

interface Destination {
  flow: HostedFlow
  card?: CardWanted
}

interface Due {
  flow: HostedFlow
  customer: Customer
  customerId: string
}

/** @throws AstraError `flow_not_needed` */
async function dueFlow(context: ProxyContext, identity: Identity, goal: Goal): Promise<Due> {
  const { customer, step } = await readOwnOnboarding(context, identity, goal)
  const flow = hostedFlowOf(step)
  if (!flow) throw new AstraError('flow_not_needed')
  return { flow, customer, customerId: identity.id }
}

async function withCard(context: ProxyContext, { flow, customer, customerId }: Due, goal: Goal) {
  if (goal !== 'link-card') return { flow }
  const before = await cardsBefore(context, customerId, customer)
  return { flow, card: { before, linked: false, told: false } }
}

/** The flow a step leads to; a check that takes long may be overtaken by authorizing. */
function hostedFlowOf(step: OnboardingStep): HostedFlow | null {
  if (step.name === 'hosted-flow') return step.flow
  return step.name === 'wait' && step.mayAuthorize ? 'authorize' : null
}

/** An open redirector otherwise. @see RFC 9700 §4.11 */
function requireAllowedReturnTo(context: ProxyContext, returnTo: string): void {
  const url = URL.canParse(returnTo) ? new URL(returnTo) : null
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (!isPlain || !context.configuration.allowedOrigins.includes(url.origin))
    throw new AstraError('return_to_refused')
}
