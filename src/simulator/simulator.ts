import type { CardStatus, UserIntentStatus, UserStatus } from '../core/status.ts'
import { API, findRoute } from './api/routes.ts'
import { refusal } from './context.ts'
import type { FidelityOptions, SimulatorContext } from './context.ts'
import { faultQueue, throughFault } from './faults.ts'
import type { ApiRoute, Fault, FaultTimes, Wait } from './faults.ts'
import { changePhone, setCardStatus, setIntentStatus, setUserStatus, settleChecks } from './lifecycle.ts'
import { enter } from './screens/entry.ts'
import { html } from './screens/html.ts'
import { page } from './screens/layout.ts'
import { visitScreen } from './screens/visit.ts'
import { restoreState } from './store.ts'
import type {
  SimulatedBusinessProfile,
  SimulatedCard,
  SimulatedIntent,
  SimulatedUser,
  SimulatorState,
} from './store.ts'
import { createWebhooks } from './webhooks.ts'
import type { SimulatedWebhooks, WebhookSubscription } from './webhooks.ts'

/** Options of {@link createAstraSimulator}. Everything the sources leave open can be switched. */
export interface SimulatorOptions extends Partial<FidelityOptions> {
  /** Default `simulator`, as `ASTRA_ENVIRONMENT=simulator` expects. */
  clientId?: string | undefined
  /** Default `simulator-secret`. */
  clientSecret?: string | undefined
  /** Registered redirect URIs, compared exactly. */
  redirectUris: readonly string[]
  /** ms since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
  /** Waits for a fault's latency, in ms. Default: a timer. */
  wait?: Wait | undefined
  /** Where news of user intents, Users and cards goes. Default: nowhere, and nothing is queued. */
  webhooks?: WebhookSubscription | undefined
  /** What an earlier simulator handed to `onChange`. */
  state?: SimulatorState | undefined
  /** Called after every request that may have changed something, with a copy of all that is known: plain JSON. */
  onChange?: ((state: SimulatorState) => void) | undefined
}

/** One request to the API, from its arrival on, as a test may want to count it. Bodies are not kept. */
export interface LoggedRequest {
  route: ApiRoute
  status: number | 'network-error' | 'under-way'
}

/** An Astra of one's own: API and hosted module behind one `fetch`. */
export interface AstraSimulator {
  /** Answers a request as Astra's API or hosted module would; only the path matters, not the host. */
  fetch: (request: Request) => Promise<Response>
  /** Every API request so far. */
  readonly requests: readonly LoggedRequest[]
  /**
   * Lets the next request of a route go wrong, or the next few; several faults queue up.
   *
   * @example
   * simulator.failNext('POST /v1/user_intent', { network: 'after' }) // the effect stays, the answer is lost
   * simulator.failNext('GET /v1/user', { status: 429, headers: { 'retry-after': '30' } }, 3)
   * simulator.failNext('POST /v1/oauth/token', { silence: 'before' }, 'until-cleared')
   */
  failNext(route: ApiRoute, fault: Fault, times?: FaultTimes): void
  /** Forgets the faults that wait, of one route or of all. A request that is caught in one stays so. */
  clearFaults(route?: ApiRoute): void
  /** Moves the simulator's clock by ms. */
  advance(ms: number): void
  /** All intents, for assertions. */
  intents(): readonly SimulatedIntent[]
  /** All business profiles, for assertions. */
  businessProfiles(): readonly SimulatedBusinessProfile[]
  /** All users, for assertions. */
  users(): readonly SimulatedUser[]
  /** All cards, for assertions. */
  cards(): readonly SimulatedCard[]
  /** What is to be told about changes, and how it is sent. */
  readonly webhooks: SimulatedWebhooks
  /** What Astra's staff would do: puts a user intent into a status. */
  setIntentStatus(intentId: string, status: UserIntentStatus): void
  /** What Astra's staff would do: puts a User into a status. */
  setUserStatus(userId: string, status: UserStatus): void
  /** What a partner decides in Astra's dashboard about a flagged card, or what the card's owner does who removes it. */
  setCardStatus(cardId: string, status: CardStatus): void
  /**
   * What Astra's staff would do about a request for another number: gives a User another phone, in E.164. The user
   * intent keeps the old one, and the person has to authenticate anew.
   */
  changePhone(userId: string, phone: string): void
  /** Replaces the client secret: from now on only the new one opens the API and signs webhooks. It is not saved. */
  rotateSecret(clientSecret: string): void
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
  const state = restoreState(options.state)
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
    kycDelegation: options.kycDelegation ?? false,
    trustedAuthentication: options.trustedAuthentication ?? true,
    hasWebhooks: options.webhooks !== undefined,
    state,
    now: () => clock() + state.clockOffset,
  }
  const save = () => options.onChange?.(structuredClone(state))
  const requests: LoggedRequest[] = []
  const faults = faultQueue()
  const wait: Wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)))

  async function answerApi(request: Request, path: string): Promise<Response> {
    const { route, id } = findRoute(request.method, path)
    if (!route) return refusal(404, 'No such endpoint.')
    const entry: LoggedRequest = { route, status: 'under-way' }
    requests.push(entry)
    try {
      const act = () => API[route](context, request, id)
      const response = await throughFault(faults.take(route), act, { signal: request.signal, wait })
      entry.status = response.status
      return response
    } catch (error) {
      entry.status = 'network-error'
      throw error
    }
  }

  return {
    requests,
    fetch: async (request) => {
      settleChecks(context)
      const { pathname } = new URL(request.url)
      try {
        if (pathname.startsWith('/v1/')) return await answerApi(request, pathname)
        const screen = enter(context, request) ?? (await visitScreen(context, request))
        return screen ?? page('Nothing here', html`<p>The simulator has no such page.</p>`, 404)
      } finally {
        save()
      }
    },
    failNext: (route, fault, times = 1) => faults.add(route, fault, times),
    clearFaults: (route) => faults.clear(route),
    advance: (ms) => {
      state.clockOffset += ms
      save()
    },
    intents: () => state.intents,
    businessProfiles: () => state.businessProfiles,
    users: () => state.users,
    cards: () => state.cards,
    webhooks: createWebhooks(context, options.webhooks, save),
    setIntentStatus: (intentId, status) => {
      setIntentStatus(context, intentById(state, intentId), status)
      save()
    },
    setUserStatus: (userId, status) => {
      setUserStatus(context, userById(state, userId), status)
      save()
    },
    setCardStatus: (cardId, status) => {
      setCardStatus(context, cardById(state, cardId), status)
      save()
    },
    changePhone: (userId, phone) => {
      changePhone(context, userById(state, userId), phone)
      save()
    },
    rotateSecret: (clientSecret) => void (context.clientSecret = clientSecret),
    expire: (userId, what) => {
      const user = userById(state, userId)
      user.access = null
      if (what === 'authorization') user.refresh = []
      save()
    },
  }
}

function intentById(state: SimulatorState, intentId: string): SimulatedIntent {
  const intent = state.intents.find(({ id }) => id === intentId)
  if (!intent) throw new Error(`[astra] simulator: no user intent ${intentId}.`)
  return intent
}

function userById(state: SimulatorState, userId: string): SimulatedUser {
  const user = state.users.find(({ id }) => id === userId)
  if (!user)
    throw new Error(`[astra] simulator: no user ${userId}. Users appear when somebody confirms an SMS code.`)
  return user
}

function cardById(state: SimulatorState, cardId: string): SimulatedCard {
  const card = state.cards.find(({ id }) => id === cardId)
  if (!card) throw new Error(`[astra] simulator: no card ${cardId}.`)
  return card
}
