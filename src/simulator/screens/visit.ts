import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import type { SimulatedUser, Visit } from '../store.ts'
import { ACTIONS } from './actions.ts'
import { DRAWINGS } from './drawings.ts'
import type { Screen } from './drawings.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

/** Shows the screen that is due, or takes what its form sends; null for a path that is no visit. */
export async function visitScreen(context: SimulatorContext, request: Request): Promise<Response | null> {
  const [, id, action] = /^\/visit\/(\w+)(?:\/([\w-]+))?$/.exec(new URL(request.url).pathname) ?? []
  if (!id) return null
  const visit = context.state.visits.find((candidate) => candidate.id === id)
  if (!visit) return page('This visit is over', html`<p>Go back to the app and start again.</p>`, 404)
  if (request.method !== 'POST') return show(context, visit)
  const form = new URLSearchParams(await request.text())
  return take(context, visit, action ?? '', form)
}

function due(visit: Visit, user: SimulatedUser | null): Screen {
  if (visit.isStale) return 'stale'
  if (!user) return visit.phoneConfirmed ? 'business' : visit.smsCode ? 'code' : 'phone'
  // A business is not corrected on the screen for people, nor a person on that for businesses.
  if (visit.entry === 'verify-personal')
    return user.status === 'retry' && !user.business ? 'correction' : 'done'
  if (visit.entry === 'verify-business')
    return user.status === 'retry' && user.business ? 'correction' : 'done'
  const owesPhoto = user.status === 'document' && !visit.photoSent
  if (visit.entry === 'verify-document') return owesPhoto ? 'document' : 'done'
  // Cards are for those who have authorized this client.
  if (visit.entry === 'link-card')
    return user.hasAuthorized && user.status !== 'suspended' ? 'card' : 'barred'
  if (user.status === 'retry') return 'correction'
  if (owesPhoto) return 'document'
  if (user.status === 'suspended') return 'barred'
  // Rejected before the first consent: never. Rejected later: may authorize, but not move money.
  if (user.status === 'rejected' && !user.hasAuthorized) return 'barred'
  if (!visit.consented) return 'consent'
  return visit.connecting ? 'card' : 'connect'
}

function show(context: SimulatorContext, visit: Visit, problem = ''): Response {
  const user = userOf(context, visit)
  const screen = due(visit, user)
  if (screen === 'done') return leave(context, visit)
  const { title, body } = DRAWINGS[screen](visit, user)
  const message = problem ? html`<p class="error" role="alert">${problem}</p>` : html``
  return page(title, html`${message}${body}`, problem ? 422 : 200)
}

function take(context: SimulatorContext, visit: Visit, name: string, form: URLSearchParams): Response {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  const user = userOf(context, visit)
  // A form of an earlier screen, sent by the Back button: show what is due now.
  if (!action || (action.on !== 'any' && action.on !== due(visit, user))) return goOn(visit)
  const outcome = action.run(context, visit, form, user)
  switch (outcome.kind) {
    case 'go-on':
      return goOn(visit, outcome.cookie)
    case 'problem':
      return show(context, visit, outcome.problem)
    case 'leave':
      return leave(context, visit, outcome.error)
    case 'answer':
      return outcome.response
  }
}

function goOn(visit: Visit, cookie?: string): Response {
  const headers = new Headers({ location: `/visit/${visit.id}`, 'cache-control': 'no-store' })
  if (cookie) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** Back to the app: with a code after consent, without one otherwise. */
function leave(context: SimulatorContext, visit: Visit, error?: string): Response {
  const url = new URL(visit.redirectUri)
  const user = userOf(context, visit)
  if (visit.consented && user && !error) {
    const code = `ac_${randomId(24)}`
    const expiresAt = context.now() + context.codeLifetimeSeconds * 1000
    context.state.codes.push({ code, userId: user.id, redirectUri: visit.redirectUri, expiresAt })
    if (context.codeParameter !== 'code') url.searchParams.append('authorization_code', code)
    if (context.codeParameter !== 'authorization_code') url.searchParams.append('code', code)
  }
  if (error) url.searchParams.append('error', error)
  if (context.echoState && visit.state) url.searchParams.append('state', visit.state)
  context.state.visits = context.state.visits.filter((other) => other !== visit)
  return new Response(null, { status: 303, headers: { location: url.href, 'cache-control': 'no-store' } })
}

function userOf(context: SimulatorContext, visit: Visit): SimulatedUser | null {
  return context.state.users.find(({ id }) => id === visit.userId) ?? null
}
