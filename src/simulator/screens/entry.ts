import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import type { Visit } from '../store.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

/** The links into the module, and the parameters that each knows. @see https://docs.astra.finance/reference/oauth-links-and-parameters */
const ENTRIES: Record<string, { entry: Visit['entry']; parameters: readonly string[] }> = {
  '/login/oauth/authorize': {
    entry: 'authorize',
    parameters: ['response_type', 'user_intent_id', 'user_id', 'phone', 'phone_read_only', 'debit_direct'],
  },
  '/verify/personal': { entry: 'verify-personal', parameters: ['user_intent_id'] },
  '/verify/document': { entry: 'verify-document', parameters: ['user_intent_id'] },
}

/** Starts a visit, or answers a page that says what is wrong with the link; null for a path that is no entry. */
export function enter(context: SimulatorContext, request: Request): Response | null {
  const url = new URL(request.url)
  const known = ENTRIES[url.pathname]
  if (!known) return null
  const query = url.searchParams
  const problem = linkProblem(context, query, known)
  if (problem) return page('This link does not work', html`<p class="error">${problem}</p>`, 400)

  const intent = context.state.intents.find(({ id }) => id === query.get('user_intent_id'))
  const user = context.state.users.find(({ id }) => id === query.get('user_id'))
  const phone = query.get('phone')
  const expected = user?.phone ?? intent?.phone
  if (phone !== null && (!/^\d{10}$/.test(phone) || (expected && expected !== `+1${phone}`))) {
    return page('Token Authentication Required', html`<p>The phone number in the link does not fit.</p>`, 400)
  }

  const session = currentSession(context, request)
  const sessionUser = context.state.users.find(({ id }) => id === session?.userId)
  const wanted = phone ? `+1${phone}` : expected
  const visit: Visit = {
    id: randomId(),
    entry: known.entry,
    redirectUri: query.get('redirect_uri') ?? '',
    state: query.get('state'),
    phone: wanted ?? null,
    phoneLocked: query.get('phone_read_only') === 'true',
    intentId: intent?.id ?? null,
    smsCode: null,
    // An active Authentication on this device is enough, unless the link is for another phone.
    userId: sessionUser && (!wanted || sessionUser.phone === wanted) ? sessionUser.id : null,
    consented: false,
  }
  context.state.visits.push(visit)
  return new Response(null, {
    status: 303,
    headers: { location: `/visit/${visit.id}`, 'cache-control': 'no-store' },
  })
}

function linkProblem(
  context: SimulatorContext,
  query: URLSearchParams,
  { entry, parameters }: { entry: Visit['entry']; parameters: readonly string[] },
): string | null {
  const allowed = ['client_id', 'redirect_uri', 'state', ...parameters]
  for (const name of query.keys()) {
    if (!allowed.includes(name)) return `Unknown parameter ${name}.`
    if (query.getAll(name).length > 1) return `Parameter ${name} comes twice.`
  }
  if (query.get('client_id') !== context.clientId) return 'Invalid client_id'
  if (!context.redirectUris.includes(query.get('redirect_uri') ?? '')) {
    return 'The redirect_uri is not one of those registered for this client.'
  }
  if (entry === 'authorize' && query.get('response_type') !== 'code') return 'response_type must be code.'
  const intentId = query.get('user_intent_id')
  if (intentId !== null && !context.state.intents.some(({ id }) => id === intentId))
    return 'No such user_intent_id.'
  const userId = query.get('user_id')
  if (userId !== null && !context.state.users.some(({ id }) => id === userId)) return 'No such user_id.'
  return null
}

const COOKIE = 'astra_module'
const SESSION_MS = 30 * 60 * 1000

function currentSession(context: SimulatorContext, request: Request) {
  const token = new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(request.headers.get('cookie') ?? '')?.[1]
  return context.state.sessions.find(
    (session) => session.token === token && session.expiresAt > context.now(),
  )
}

/** Opens a browser session for a user who just authenticated; answers the cookie. */
export function openSession(context: SimulatorContext, userId: string): string {
  const token = randomId()
  context.state.sessions.push({ token, userId, expiresAt: context.now() + SESSION_MS })
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax`
}
