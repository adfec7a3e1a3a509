import type { UserStatus } from '../core/status.ts'
import { grantToken } from './api/oauth-token.ts'
import { createUserIntent, readUserIntent } from './api/user-intent.ts'
import { listCards, readUser } from './api/user.ts'
import { refusal } from './context.ts'
import type { FidelityOptions, SimulatorContext } from './context.ts'
import { faultQueue, throughFault } from './faults.ts'
import type { ApiRoute, Fault } from './faults.ts'
import { enter } from './screens/entry.ts'
import { html } from './screens/html.ts'
import { page } from './screens/layout.ts'
import { visitScreen } from './screens/visit.ts'
import { emptyState, settleChecks } from './store.ts'
import type { SimulatedIntent, SimulatedUser, SimulatorState } from './store.ts'

/** Options of {@link createAstraSimulator}. Everything the sources leave open can be switched. */
export interface SimulatorOptions extends Partial<FidelityOptions> {
  /** Default `simulator`, as `ASTRA_ENVIRONMENT=simulator` expects. */
  clientId?: string
  /** Default `simulator-secret`. */
  clientSecret?: string
  /** Registered redirect URIs, compared exactly. */
  redirectUris: readonly string[]
  /** ms since the epoch. Default `Date.now`. */
  now?: () => number
  /** What an earlier simulator handed to `onChange`. */
  state?: SimulatorState
  /** Called after every request that may have changed something, with JSON that can be saved. */
  onChange?: (state: SimulatorState) => void
}

/** One request to the API, as a test may want to count it. Bodies are not kept. */
export interface LoggedRequest {
  route: ApiRoute
  status: number | 'network-error'
}

/** An Astra of one's own: API and hosted module behind one `fetch`. */
export interface AstraSimulator {
  /** Answers a request as Astra's API or hosted module would; only the path matters, not the host. */
  fetch: (request: Request) => Promise<Response>
  /** Every API request so far. */
  readonly requests: readonly LoggedRequest[]
  /** Lets the next request of a route go wrong; several queue up. */
  failNext(route: ApiRoute, fault: Fault): void
  /** Moves the simulator's clock by ms. */
  advance(ms: number): void
  /** All intents, for assertions. */
  intents(): readonly SimulatedIntent[]
  /** All users, for assertions. */
  users(): readonly SimulatedUser[]
  /** What Astra's staff would do: puts a User into a status. */
  setUserStatus(userId: string, status: UserStatus): void
  /** Ends the authorization: the access token only, or the refresh tokens too. */
  expire(userId: string, what: 'access-token' | 'authorization'): void
}

/**
 * Creates a simulator of Astra: an independent imitation, written from Astra's documentation, of what an onboarding
 * needs. It is stricter than Astra: unknown members and parameters are refused.
 *
 * @example
 * const simulator = createAstraSimulator({ redirectUris: ['http://localhost:3000/api/astra/return'] })
 * createAstraProxy({ fetch: simulator.fetch, … }) // in one process, or serve `simulator.fetch` on a port
 */
export function createAstraSimulator(options: SimulatorOptions): AstraSimulator {
  const state = options.state ?? emptyState()
  const clock = options.now ?? Date.now
  const context: SimulatorContext = {
    clientId: options.clientId ?? 'simulator',
    clientSecret: options.clientSecret ?? 'simulator-secret',
    redirectUris: options.redirectUris,
    codeParameter: options.codeParameter ?? 'authorization_code',
    echoState: options.echoState ?? true,
    decline: options.decline ?? 'no-code',
    codeLifetimeSeconds: options.codeLifetimeSeconds ?? 300,
    intentsPerEmail: options.intentsPerEmail ?? 3,
    state,
    now: () => clock() + state.clockOffset,
  }
  const requests: LoggedRequest[] = []
  const faults = faultQueue()

  async function answerApi(request: Request, path: string): Promise<Response> {
    const route = apiRoute(request.method, path)
    if (!route) return refusal(404, 'No such endpoint.')
    let status: LoggedRequest['status'] = 'network-error'
    try {
      const response = await throughFault(faults.take(route), () => API[route](context, request, path))
      status = response.status
      return response
    } finally {
      requests.push({ route, status })
    }
  }

  return {
    requests,
    fetch: async (request) => {
      settleChecks(state, context.now())
      const { pathname } = new URL(request.url)
      try {
        if (pathname.startsWith('/v1/')) return await answerApi(request, pathname)
        const screen = enter(context, request) ?? (await visitScreen(context, request))
        return screen ?? page('Nothing here', html`<p>The simulator has no such page.</p>`, 404)
      } finally {
        options.onChange?.(state)
      }
    },
    failNext: (route, fault) => faults.add(route, fault),
    advance: (ms) => {
      state.clockOffset += ms
      options.onChange?.(state)
    },
    intents: () => state.intents,
    users: () => state.users,
    setUserStatus: (userId, status) => {
      userById(state, userId).status = status
      options.onChange?.(state)
    },
    expire: (userId, what) => {
      const user = userById(state, userId)
      user.access = null
      if (what === 'authorization') user.refresh = []
      options.onChange?.(state)
    },
  }
}

const API: Record<
  ApiRoute,
  (context: SimulatorContext, request: Request, path: string) => Promise<Response>
> = {
  'POST /v1/user_intent': (context, request) => createUserIntent(context, request),
  'GET /v1/user_intent/:id': async (context, request, path) =>
    readUserIntent(context, request, decodeURIComponent(path.slice('/v1/user_intent/'.length))),
  'POST /v1/oauth/token': (context, request) => grantToken(context, request),
  'GET /v1/user': async (context, request) => readUser(context, request),
  'GET /v1/cards': async (context, request) => listCards(context, request),
}

function apiRoute(method: string, path: string): ApiRoute | null {
  const route = `${method} ${path.replace(/^\/v1\/user_intent\/[^/]+$/, '/v1/user_intent/:id')}`
  return Object.hasOwn(API, route) ? (route as ApiRoute) : null
}

function userById(state: SimulatorState, userId: string): SimulatedUser {
  const user = state.users.find(({ id }) => id === userId)
  if (!user)
    throw new Error(`[astra] simulator: no user ${userId}. Users appear when somebody confirms an SMS code.`)
  return user
}
