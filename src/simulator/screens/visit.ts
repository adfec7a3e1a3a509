import type { SimulatorContext } from '../context.ts'
import { authenticate, randomId } from '../store.ts'
import type { SimulatedUser, Visit } from '../store.ts'
import { openSession } from './entry.ts'
import { html } from './html.ts'
import type { Markup } from './html.ts'
import { page } from './layout.ts'

/** Where a visit stands; follows from the visit and the user's status alone. */
type Screen = 'phone' | 'code' | 'correction' | 'document' | 'barred' | 'consent' | 'connect' | 'done'

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

function due(context: SimulatorContext, visit: Visit): Screen {
  const user = userOf(context, visit)
  if (!user) return visit.smsCode ? 'code' : 'phone'
  if (visit.entry === 'verify-personal') return user.status === 'retry' ? 'correction' : 'done'
  if (visit.entry === 'verify-document') return user.status === 'document' ? 'document' : 'done'
  if (user.status === 'retry') return 'correction'
  if (user.status === 'document') return 'document'
  if (user.status === 'rejected' || user.status === 'suspended') return 'barred'
  return visit.consented ? 'connect' : 'consent'
}

function show(context: SimulatorContext, visit: Visit, problem = ''): Response {
  const screen = due(context, visit)
  if (screen === 'done') return leave(context, visit)
  const { title, body } = SCREENS[screen](visit, userOf(context, visit))
  const message = problem ? html`<p class="error" role="alert">${problem}</p>` : html``
  return page(title, html`${message}${body}`, problem ? 422 : 200)
}

type Draw = (visit: Visit, user: SimulatedUser | null) => { title: string; body: Markup }

const SCREENS: Record<Exclude<Screen, 'done'>, Draw> = {
  phone: (visit) => ({
    title: 'Confirm your phone',
    body: html`<p>We text a code to this number.</p>
      <form method="post" action="/visit/${visit.id}/phone">
        <label for="phone">Phone number</label>
        <input
          type="tel"
          id="phone"
          name="phone"
          autocomplete="tel-national"
          value="${visit.phone?.slice(2) ?? ''}"
          ${{ markup: visit.phoneLocked ? 'readonly' : '' }}
        />
        <button>Send code</button>
      </form>
      ${cancelForm(visit)}`,
  }),
  code: (visit) => ({
    title: 'Enter the code',
    body: html`<div class="sms">
        Text message to ${visit.phone ?? ''}: your Astra code is <strong>${visit.smsCode ?? ''}</strong>
      </div>
      <form method="post" action="/visit/${visit.id}/code">
        <label for="code">Code</label>
        <input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" autofocus />
        <button>Confirm code</button>
      </form>
      ${cancelForm(visit)}`,
  }),
  correction: (visit, user) => ({
    title: 'Check your details',
    body: html`<p>Something did not match. Correct it; this is possible once.</p>
      <form method="post" action="/visit/${visit.id}/correction">
        <label for="first_name">First name</label>
        <input type="text" id="first_name" name="first_name" value="${user?.first_name ?? ''}" />
        <label for="last_name">Last name</label>
        <input type="text" id="last_name" name="last_name" value="${user?.last_name ?? ''}" />
        <label for="date_of_birth">Date of birth (YYYY-MM-DD)</label>
        <input type="text" id="date_of_birth" name="date_of_birth" value="${user?.date_of_birth ?? ''}" />
        <label for="ssn">Social Security number</label>
        <input type="text" id="ssn" name="ssn" inputmode="numeric" autocomplete="off" />
        <button>Save and continue</button>
      </form>`,
  }),
  document: (visit) => ({
    title: 'Send a photo of your ID',
    body: html`<p>A driver's license, a passport or a state ID. The simulator keeps no file.</p>
      <form method="post" action="/visit/${visit.id}/document">
        <label for="document">Photo of your ID</label>
        <input type="file" id="document" name="document" accept="image/*" />
        <button>Send photo</button>
      </form>`,
  }),
  barred: (visit) => ({
    title: "You can't go on",
    body: html`<p>This profile was not approved. Contact support of the app you came from.</p>
      <form method="post" action="/visit/${visit.id}/cancel">
        <button class="quiet">Return to the app</button>
      </form>`,
  }),
  consent: (visit, user) => ({
    title: 'Allow access',
    body: html`<p>Hello ${user?.first_name ?? ''}. The app would like to:</p>
      <ul>
        <li>see your profile and its status</li>
        <li>move money from and to the accounts and cards you connect</li>
      </ul>
      <form method="post" action="/visit/${visit.id}/consent"><button>Authorize</button></form>
      ${cancelForm(visit)}`,
  }),
  connect: (visit) => ({
    title: 'Connect a card or bank',
    body: html`<p>Choose how money gets in and out.</p>
      <form method="post" action="/visit/${visit.id}/connect">
        <button name="choice" value="card">Connect New Debit Card</button>
        <button name="choice" value="none" class="quiet">Not now</button>
      </form>`,
  }),
}

function cancelForm(visit: Visit): Markup {
  return html`<form method="post" action="/visit/${visit.id}/cancel">
    <button class="quiet">Cancel</button>
  </form>`
}

type Action = (context: SimulatorContext, visit: Visit, form: URLSearchParams) => Response

const again: Action = (_, visit) =>
  new Response(null, {
    status: 303,
    headers: { location: `/visit/${visit.id}`, 'cache-control': 'no-store' },
  })

const ACTIONS: Record<string, { on: Screen | 'any'; run: Action }> = {
  phone: {
    on: 'phone',
    run: (context, visit, form) => {
      const digits = (form.get('phone') ?? '').replace(/\D/g, '').replace(/^1(?=\d{10}$)/, '')
      if (digits.length !== 10) return show(context, visit, 'Enter a US phone number with ten digits.')
      if (!visit.phoneLocked) visit.phone = `+1${digits}`
      visit.smsCode = String(100_000 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 900_000))
      return again(context, visit, form)
    },
  },
  code: {
    on: 'code',
    run: (context, visit, form) => {
      if (form.get('code')?.trim() !== visit.smsCode)
        return show(context, visit, 'That is not the code. Try again.')
      const user = authenticate(context.state, visit.phone ?? '', visit.intentId)
      if (!user)
        return page('No profile', html`<p>The simulator only knows people with a user intent.</p>`, 400)
      visit.userId = user.id
      const response = again(context, visit, form)
      response.headers.append('set-cookie', openSession(context, user.id))
      return response
    },
  },
  correction: {
    on: 'correction',
    run: (context, visit, form) => {
      const user = userOf(context, visit)
      if (!user) return again(context, visit, form)
      if (!/^\d{4}(\d{5})?$/.test(form.get('ssn') ?? ''))
        return show(context, visit, 'Enter your Social Security number.')
      user.first_name = form.get('first_name') || user.first_name
      user.last_name = form.get('last_name') || user.last_name
      user.date_of_birth = form.get('date_of_birth') || user.date_of_birth
      user.status = user.scenario.afterCorrection
      return again(context, visit, form)
    },
  },
  document: {
    on: 'document',
    run: (context, visit, form) => {
      const user = userOf(context, visit)
      if (user) user.status = user.scenario.afterDocument
      return again(context, visit, form)
    },
  },
  consent: {
    on: 'consent',
    run: (context, visit, form) => {
      visit.consented = true
      return again(context, visit, form)
    },
  },
  connect: {
    on: 'connect',
    run: (context, visit, form) => {
      if (form.get('choice') === 'card') addCard(context, visit)
      return leave(context, visit)
    },
  },
  cancel: {
    on: 'any',
    run: (context, visit) =>
      leave(context, visit, context.decline === 'access_denied' ? 'access_denied' : undefined),
  },
}

function take(context: SimulatorContext, visit: Visit, name: string, form: URLSearchParams): Response {
  const action = ACTIONS[name]
  // A form of an earlier screen, sent by the Back button: show what is due now.
  if (!action || (action.on !== 'any' && action.on !== due(context, visit)))
    return again(context, visit, form)
  return action.run(context, visit, form)
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

function addCard(context: SimulatorContext, visit: Visit): void {
  if (!visit.userId) return
  const number = String((crypto.getRandomValues(new Uint16Array(1))[0] ?? 0) % 10_000).padStart(4, '0')
  context.state.cards.push({
    id: randomId(),
    userId: visit.userId,
    status: 'approved',
    card_company: 'visa',
    first_six_digits: '440393',
    last_four_digits: number,
    expiration_date: '08/29',
    created: new Date(context.now()).toISOString(),
  })
}

function userOf(context: SimulatorContext, visit: Visit): SimulatedUser | null {
  return context.state.users.find(({ id }) => id === visit.userId) ?? null
}
