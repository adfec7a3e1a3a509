import { json } from './context.ts'
import type { AstraSimulator } from './simulator.ts'

/** A page of another origin cannot send this header without asking first, and nobody answers that question. */
const HEADER = 'astra-simulator-control'

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** What can be read: `GET /simulator/<name>`. */
const VIEWS = new Map<string, (simulator: AstraSimulator) => unknown>([
  ['requests', (simulator) => simulator.requests],
  ['intents', (simulator) => simulator.intents()],
  ['business-profiles', (simulator) => simulator.businessProfiles()],
  ['users', (simulator) => simulator.users()],
  ['cards', (simulator) => simulator.cards()],
  ['webhooks', (simulator) => simulator.webhooks.pending()],
])

type Method =
  | 'failNext'
  | 'clearFaults'
  | 'advance'
  | 'expire'
  | 'setIntentStatus'
  | 'setUserStatus'
  | 'setCardStatus'
  | 'changePhone'
  | 'rotateSecret'

/** What can be done: `POST /simulator/<name>` with the method's arguments as a JSON list. */
const METHODS = new Map<string, Method>([
  ['fail-next', 'failNext'],
  ['clear-faults', 'clearFaults'],
  ['advance', 'advance'],
  ['expire', 'expire'],
  ['set-intent-status', 'setIntentStatus'],
  ['set-user-status', 'setUserStatus'],
  ['set-card-status', 'setCardStatus'],
  ['change-phone', 'changePhone'],
  ['rotate-secret', 'rotateSecret'],
])

/**
 * The simulator's `fetch` with a control panel in front, for tests that run it in a process of its own. Every request
 * to it needs the header `astra-simulator-control` and a loopback host, so that no web page can use it.
 *
 * @example
 * const headers = { 'astra-simulator-control': '1' }
 * await fetch('http://127.0.0.1:4010/simulator/requests', { headers })
 * const body = JSON.stringify(['POST /v1/oauth/token', { status: 503 }])
 * await fetch('http://127.0.0.1:4010/simulator/fail-next', { method: 'POST', headers, body })
 */
export function withControl(simulator: AstraSimulator): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url)
    const [, name] = /^\/simulator\/([\w-]+)$/.exec(url.pathname) ?? []
    if (!name) return simulator.fetch(request)
    // A name that somebody points at this computer makes a page of theirs same-origin: so the host counts too.
    const isLocal = LOOPBACK.test(request.headers.get('host') ?? url.host)
    if (!isLocal || !request.headers.has(HEADER)) return json({ error: `Needs ${HEADER}, on loopback.` }, 403)
    const view = VIEWS.get(name)
    const method = METHODS.get(name)
    if (request.method === 'GET' && view) return json(view(simulator))
    if (request.method === 'POST' && method) return run(simulator, method, request)
    return json({ error: 'The control panel has no such entry.' }, 404)
  }
}

async function run(simulator: AstraSimulator, method: Method, request: Request): Promise<Response> {
  const values: unknown = await request.json().catch(() => null)
  if (!Array.isArray(values)) return json({ error: 'The body is a JSON list of arguments.' }, 400)
  try {
    const call = simulator[method] as (...values: unknown[]) => void
    call(...values)
    return json({})
  } catch (error) {
    return json({ error: (error as Error).message }, 400)
  }
}
