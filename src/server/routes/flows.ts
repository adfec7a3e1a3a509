import { ROUTES } from '../../core/contract.ts'
import { openFlowBody } from '../../core/contract-schemas.ts'
import type { OpenFlowAnswer } from '../../core/contract.ts'
import { AstraError, isAstraError } from '../../core/errors.ts'
import type { Goal, HostedFlow, OnboardingStep } from '../../core/next-step.ts'
import { answerJson } from '../answer.ts'
import { cardsBefore } from '../cards.ts'
import { newBrowserCookie, setBrowserCookie } from '../browser-cookie.ts'
import type { ProxyContext, Route } from '../context.ts'
import { customerChange, readCustomer } from '../customer.ts'
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
export const postFlows: Route = async (context, incoming) => {
  const { identity, browser } = incoming
  if (!identity) throw new AstraError('unauthenticated')
  const { goal, presentation, returnTo } = await readBody(incoming, openFlowBody)
  requireAllowed(context, returnTo)
  const { flow, card } = await destination(context, identity, goal)
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
  await keepOpened(context, id, data)
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
 * Together with the customer, who has a record by now: `proxy.forget` may come in between, and finds both or is found out
 * here. A flow that is left behind would belong to whoever has this id next.
 */
async function keepOpened(context: ProxyContext, id: string, flow: Flow): Promise<void> {
  await untilWritten(context, async () => {
    const customer = await readCustomer(context.storage, flow.customerId)
    if (customer.version === null) throw new AstraError('flow_not_needed')
    const changes = [flowChange(id, null, flow), customerChange(customer, customer.data)]
    return (await context.storage.commit(changes)) || null
  })
}

/** Where the customer's step leads, and by what its card will be told. Counts as a flow of this hour. */
async function openable(
  context: ProxyContext,
  identity: Identity,
  goal: Goal,
): Promise<{ flow: HostedFlow; card?: CardWanted }> {
  const { customer, step } = await readOwnOnboarding(context, identity, goal)
  const flow = flowOf(step)
  if (!flow) throw new AstraError('flow_not_needed')
  await limitFlows(context, identity.id)
  if (goal !== 'link-card') return { flow }
  const before = await cardsBefore(context, identity.id, customer)
  return { flow, card: { before, linked: false, told: false } }
}

/** An authorization may turn out to be dead while the cards are read; then it is renewed first. */
async function destination(context: ProxyContext, identity: Identity, goal: Goal) {
  try {
    return await openable(context, identity, goal)
  } catch (error) {
    if (!isAstraError(error, 'reauthorization_required')) throw error
    return openable(context, identity, goal)
  }
}

/** The flow a step leads to; a check that takes long may be overtaken by authorizing. */
function flowOf(step: OnboardingStep): HostedFlow | null {
  if (step.name === 'hosted-flow') return step.flow
  return step.name === 'wait' && step.mayAuthorize ? 'authorize' : null
}

/** An open redirector otherwise. @see RFC 9700 §4.11 */
function requireAllowed(context: ProxyContext, returnTo: string): void {
  const url = URL.canParse(returnTo) ? new URL(returnTo) : null
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (!isPlain || !context.configuration.allowedOrigins.includes(url.origin))
    throw new AstraError('return_to_refused')
}
