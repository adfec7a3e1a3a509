import { AstraError, isAstraError } from '../../core/errors.ts'
import type { AstraErrorCode } from '../../core/errors.ts'
import { authorizedScreenUrl, authorizeUrl, nationalDigits } from '../../core/hosted-flow.ts'
import type { AuthorizeSubject } from '../../core/hosted-flow.ts'
import { answerPage } from '../answer.ts'
import { auditRefusal } from '../audit.ts'
import type { ProxyContext, Route } from '../context.ts'
import { readCustomer } from '../customer.ts'
import type { Customer } from '../customer.ts'
import { sha256 } from '../encryption.ts'
import { flowChange, newState, readOwnFlow } from '../flow.ts'
import type { Flow, FlowRecord } from '../flow.ts'
import { failureLine } from '../failure-log.ts'
import { identifyIfAble } from '../identify.ts'
import { storedStep } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { untilWritten } from '../tries.ts'
import { isPhoneAtAstra, mayMint, mintSessionToken } from '../trusted-authentication.ts'

/** `GET flows/:id/start`: navigation only. Sends the browser to Astra; the address never passes through a script. */
export const getStart: Route = async (context, incoming) => {
  try {
    return await start(context, incoming)
  } catch (error) {
    // Whose flow it is must not be known to whoever may not have it.
    auditRefusal(context, null, error)
    const { code, status } = isAstraError(error) ? error : new AstraError('internal')
    const level = isAstraError(error) ? 'warn' : 'error'
    if (!FOREIGN.has(code))
      context.logger[level](...failureLine(incoming.route, error, 'a flow could not start'))
    return answerPage({ title: 'Not opened', body: SENTENCES[code] ?? COULD_NOT_OPEN }, status)
  }
}

/** Anybody can cause these, as often as they like; the audit has them. */
const FOREIGN = new Set<AstraErrorCode>(['cross_site_request', 'flow_not_found', 'flow_closed'])

const start: Route = async (context, { request, route, browser, parameters }) => {
  const mode = request.headers.get('sec-fetch-mode')
  if (mode !== null && mode !== 'navigate') throw new AstraError('cross_site_request')
  const identity = await identifyIfAble(context, { request, route })
  const { flow, state, mints } = await untilWritten(context, async () => {
    const record = await readOwnFlow(context, parameters['id'] ?? '', browser)
    if (!record || (identity && identity.id !== record.data.customerId))
      throw new AstraError('flow_not_found')
    return handOutState(context, record)
  })
  // Astra is asked only now, so that a start that fails counts too.
  const link = await hostedLink(context, flow, identity)
  // The last act: a session token lives one minute.
  const trusted = mints ? await trustedLink(context, flow, link.phone) : null
  const url = hostedUrl(context, flow, state, trusted ?? link)
  const headers = { location: url.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status: 302, headers, body: null }
}

/** Null when another start of the same flow, from a reload, came in between: this one is as good. */
async function handOutState(context: ProxyContext, { id, version, data }: FlowRecord) {
  if (data.expiresAt <= context.now()) throw new AstraError('flow_not_found')
  const isUsedUp = data.stateHashes.length >= STARTS_PER_FLOW
  if (isUsedUp || data.progress.state !== 'open') throw new AstraError('flow_closed')
  const state = newState(context, id)
  const mints = mayMint(context, data)
  const stateHashes = [...data.stateHashes, sha256(state)]
  const started: Flow = { ...data, stateHashes, mints: data.mints + (mints ? 1 : 0) }
  const isWritten = await context.storage.commit([flowChange(id, version, started)])
  return isWritten ? { flow: data, state, mints } : null
}

/** Reloads of the start path, the first start included. Each may read Astra once. */
const STARTS_PER_FLOW = 10

/** Whom the link speaks of, and the phone that the module may show. */
interface Link {
  subject: AuthorizeSubject
  /** In E.164 */
  phone?: string | undefined
  sessionToken?: string | null
}

async function hostedLink(context: ProxyContext, flow: Flow, identity: Identity | null): Promise<Link> {
  const { data: customer } = await readCustomer(context.storage, flow.customerId)
  // Since the flow was opened they may have been rejected, or have come back without a code three times.
  const { name } = await storedStep(context, customer, flow.goal)
  if (name === 'stopped') throw new AstraError('flow_closed')
  if (flow.flow !== 'authorize') return { subject: { none: true } }
  return {
    subject: subjectOf(context, customer),
    phone: await phoneOf(context, customer, identity),
  }
}

/** We keep no phone: Astra's own record has the one that the module expects, until the person has changed it. */
async function phoneOf(context: ProxyContext, { intent, phoneChanged }: Customer, identity: Identity | null) {
  if (phoneChanged) return identity?.phone ?? undefined
  return intent ? (await context.astra.readUserIntent(intent.id)).phone : undefined
}

/** A business's first User is theirs, and so is one that came without an intent; else the intent leads to the person. */
function subjectOf(context: ProxyContext, customer: Customer): AuthorizeSubject {
  const { intent, user, businessProfileId, phoneChanged } = customer
  if (businessProfileId !== null) return user ? { userId: user.id } : { businessProfileId }
  const userId = userIdOf(customer)
  if (userId && (!intent || context.options.reauthorizeWith === 'user_id')) return { userId }
  return intent && !phoneChanged ? { userIntentId: intent.id } : { none: true }
}

/** With a session token a converted person goes by the id of the User. */
async function trustedLink(
  context: ProxyContext,
  { customerId, proven }: Flow,
  phone: string | undefined,
): Promise<Link | null> {
  const { data: customer } = await readCustomer(context.storage, customerId)
  if (!proven || !(await isPhoneAtAstra(context, proven, customer, phone))) return null
  const userId = userIdOf(customer)
  const subject = userId ? { userId } : subjectOf(context, customer)
  const sessionToken = await mintSessionToken(context, customerId, subject)
  return sessionToken ? { subject, sessionToken } : null
}

function userIdOf({ user, intent }: Customer): string | null {
  return user?.id ?? intent?.userId ?? null
}

function hostedUrl(context: ProxyContext, { flow }: Flow, state: string, link: Link): URL {
  const { app: appOrigin, clientId, redirectUri } = context.configuration
  const base = { appOrigin, clientId, redirectUri, state }
  if (flow !== 'authorize') return authorizedScreenUrl(flow, base)
  const { subject, phone, sessionToken } = link
  const nationalPhone = phone && nationalDigits(phone)
  return authorizeUrl({
    ...base,
    subject,
    ...(nationalPhone && { nationalPhone }),
    ...(sessionToken && { sessionToken }),
  })
}

const COULD_NOT_OPEN =
  '<h1>This page could not be opened</h1><p>Close it, go back to the app and start again. Nothing was lost.</p>'

const SENTENCES: Partial<Record<AstraErrorCode, string>> = {
  flow_not_found:
    '<h1>This link belongs to another window</h1><p>It works once, for one hour, in the browser that opened it. Go back to the app and start again.</p>',
  flow_closed: '<h1>This is done already</h1><p>You can close this window and go back to the app.</p>',
  astra_unavailable:
    '<h1>Astra is not answering</h1><p>Wait a minute, then <a href="">try again</a>. Nothing was lost.</p>',
}
