import type { HttpHandler } from 'msw'
import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import type { FlowView, OpenFlowAnswer } from '../core/contract.ts'
import { browserCookieName } from '../server/browser-cookie.ts'
import { AstraError } from '../server/index.ts'
import type { AstraErrorCode, AstraProxy, AstraProxyOptions, Identity } from '../server/index.ts'
import type {
  AstraSimulator,
  SimulatedWebhook,
  SimulatorOptions,
  WebhookAttempt,
} from '../simulator/index.ts'
import { createBackend } from './backend.ts'
import { createBrowser } from './browser.ts'
import { createCookieJar } from './cookie-jar.ts'
import { CUSTOMER_STATES } from './customer-states.ts'
import type { CustomerState } from './customer-states.ts'
import type { Deed } from './hosted-module.ts'
import { giveNativeSignals } from './native-signals.ts'
import { createNetwork } from './network.ts'
import type { ProxyRoute, SentRequest } from './network.ts'
import { createOpenedFlows } from './opened-flows.ts'
import { ROSA } from './person.ts'
import { createWindows } from './windows.ts'
import type { FakeWindows } from './windows.ts'

/** Options of {@link mockAstra}; all optional. */
export interface MockAstraOptions {
  /** The widget's `basePath`: a path, or a URL where the proxy is on another origin. Default `/api/astra`. */
  basePath?: string
  /** Who is signed in at first; null for nobody. Default `{ id: 'customer-1' }`. */
  customer?: Identity | null
  /** Origin of the pages. Default: that of the test's `location`, else `http://localhost:3000`. */
  origin?: string
  /** ms since the epoch. Default `Date.now`; `advance` is added. */
  now?: () => number
  /** Options of your own proxy that matter to the page, like `kycType` or `optionalFields`. */
  proxy?: Partial<AstraProxyOptions>
  /** What the sources leave open about Astra. */
  simulator?: Partial<SimulatorOptions>
}

/** What the proxy is made to answer: one of its own errors, a lost connection, or anything. */
export type NextAnswer = AstraErrorCode | 'no-connection' | Response

/** A backend and an Astra for a partner's tests. */
export interface MockAstra {
  /** For `setupServer(...astra.handlers)` or `setupWorker(...astra.handlers)` of MSW. */
  readonly handlers: HttpHandler[]
  /** The real proxy; `proxy.status(id)` tells what is known of a customer. */
  readonly proxy: AstraProxy
  /** The real simulator: its people, cards and faults. */
  readonly simulator: AstraSimulator
  /** The windows that the page has opened. */
  readonly windows: FakeWindows
  /** Everything that the page has sent to the proxy, in order. */
  readonly requests: readonly SentRequest[]
  /** Signs a customer in, or out with null, and makes the widget look. */
  signIn(identity: Identity | null): void
  /** Moves the clock of proxy and simulator by ms, and makes the widget look. */
  advance(ms: number): void
  /**
   * Answers the next request of a route in the proxy's stead. To break Astra itself: `astra.simulator.failNext`.
   *
   * @example
   * astra.failNext('POST /user-intents', 'astra_unavailable')
   */
  failNext(route: ProxyRoute, answer: NextAnswer): void
  /** Lets the next request of a route wait; call the result to let it through. */
  hold(route: ProxyRoute): () => void
  /**
   * Brings the customer who is signed in into a state, whatever was before. Call it before the page is rendered.
   *
   * @throws Error when nobody is signed in, or a business, or your proxy's options do not let anybody get there
   * @example
   * await astra.given('photo-id-due')
   */
  given(state: CustomerState): Promise<void>
  /**
   * Does what the person does in Astra's hosted module, from the flow that the page opened last to the return, closes
   * its window and makes the widget look. After a redirect the address bar holds what the browser would come back to:
   * render your page anew.
   *
   * @param deeds what the person does of their own; on the screens between they do what anybody would
   * @returns the flow with its outcome
   * @throws Error when the page opens no flow within five seconds
   * @example
   * await astra.finishHostedFlow()
   * await astra.finishHostedFlow(['card declined'])
   * await astra.finishHostedFlow(['code', 'cancel'])
   */
  finishHostedFlow(deeds?: readonly Deed[]): Promise<FlowView>
  /** Sends the webhooks that are due, in an order and number of your own if you like, and makes the widget look. */
  deliverWebhooks(
    arrange?: (due: readonly SimulatedWebhook[]) => readonly SimulatedWebhook[],
  ): Promise<readonly WebhookAttempt[]>
  /** Makes the widget ask at once, as when its window gets the focus. */
  look(): void
  /** Everything as at the start, for `afterEach`. `proxy` and `simulator` are new ones then. */
  reset(): void
  /** Gives `window.open` back, and in jsdom `AbortSignal` as it was. */
  close(): void
}

/** A partner's tests may use one person as often as they like. */
const NO_LIMITS = {
  flowsPerHour: 10_000,
  creationsPerCustomerAndDay: 10_000,
  creationsPerAddressAndHour: 10_000,
  creationsPerPersonIn30Days: 10_000,
}

/**
 * The real proxy on memory storage with the real simulator of Astra inside, in one process, for tests of pages that
 * contain the widget. Nothing leaves the process, and no timer runs.
 *
 * @example
 * const astra = mockAstra({ customer: { id: 'customer-1' } })
 * const server = setupServer(...astra.handlers)
 * beforeAll(() => server.listen())
 * afterEach(() => astra.reset())
 *
 * await astra.given('ready')
 */
export function mockAstra(options: MockAstraOptions = {}): MockAstra {
  const { customer = { id: 'customer-1' } } = options
  const pageOrigin = options.origin ?? originOfPage()
  const mount = new URL(options.basePath ?? DEFAULT_BASE_PATH, pageOrigin)
  const site = { origin: mount.origin, basePath: mount.pathname }
  const start = () =>
    createBackend(
      { ...site, now: options.now ?? Date.now },
      {
        proxy: { allowedOrigins: [pageOrigin, site.origin], limits: NO_LIMITS, ...options.proxy },
        ...(options.simulator && { simulator: options.simulator }),
      },
    )

  let backend = start()
  let identity = customer
  let people = 0
  const jars = { proxy: createCookieJar(cookieOfEarlierVisit()), simulator: createCookieJar() }
  const windows = createWindows()
  const takeSignalsBack = giveNativeSignals()
  const flows = createOpenedFlows()
  const network = createNetwork({
    site,
    jar: jars.proxy,
    proxy: () => backend.proxy,
    identity: () => identity,
    onFlow: (opened) => flows.add(opened),
  })

  const browser = () => {
    if (!identity) throw new Error('[astra] Nobody is signed in. Call signIn({ id }) first.')
    const { proxy, simulator } = backend
    return createBrowser({ ...site, proxy, simulator, identity, jars })
  }
  /** Like Rosa, with an e-mail address and a phone that nobody had yet; what `identify` tells is not sent. */
  const nextPerson = () => {
    people += 1
    const { email: _, phone: __, ...person } = ROSA
    return {
      ...person,
      ...(!identity?.email && { email: `rosa.lindqvist+${people}@example.com` }),
      ...(!identity?.phone && { phone: `(415) 555-${String(1000 + people)}` }),
    }
  }
  const look = () => {
    if (typeof window !== 'undefined') window.dispatchEvent(new Event('focus'))
  }

  async function comeBack({ flow, startPath }: OpenFlowAnswer, deeds: readonly Deed[]): Promise<FlowView> {
    const person = browser()
    const returned = await person.walkThrough(await person.start(startPath), deeds)
    const { status, body } = await person.complete(returned.search)
    if (body.error) throw new Error(`[astra] The return was refused with ${status}, ${body.error.code}.`)
    if (flow.presentation === 'popup') windows.opened.at(-1)?.close()
    else if (body.returnTo && typeof window !== 'undefined') {
      const { pathname, search, hash } = new URL(body.returnTo)
      window.history.replaceState(null, '', pathname + search + hash)
    }
    return body.flow
  }

  return {
    handlers: network.handlers,
    get proxy() {
      return backend.proxy
    },
    get simulator() {
      return backend.simulator
    },
    windows,
    requests: network.sent,
    signIn: (next) => {
      identity = next
      look()
    },
    advance: (ms) => {
      backend.advance(ms)
      look()
    },
    failNext: (route, answer) => network.answerNext(route, answerOf(answer)),
    hold: (route) => network.hold(route),
    given: async (state) => {
      const person = browser()
      if (person.identity.businessProfileId) {
        throw new Error('[astra] given: a business customer has no profile of ours. Use `simulator`.')
      }
      await backend.proxy.forget(person.identity.id)
      // Another person: the module does not know this browser yet.
      jars.simulator.clear()
      await CUSTOMER_STATES[state].reach(person, backend, nextPerson())
      look()
    },
    finishHostedFlow: async (deeds = []) => {
      const flow = await comeBack(await flows.take(), deeds)
      look()
      return flow
    },
    deliverWebhooks: async (arrange) => {
      const attempts = await backend.simulator.webhooks.deliver(arrange)
      look()
      return attempts
    },
    look,
    reset: () => {
      backend = start()
      identity = customer
      jars.proxy.clear()
      jars.simulator.clear()
      network.clear()
      windows.clear()
      flows.clear()
    },
    close: () => {
      windows.remove()
      takeSignalsBack()
    },
  }
}

function originOfPage(): string {
  const page = globalThis as { location?: { origin: string } }
  const origin = page.location?.origin ?? 'null'
  return origin === 'null' ? 'http://localhost:3000' : origin
}

/** Under both names that the proxy's cookie can have: of a redirect URI with https, and without. */
function cookieOfEarlierVisit(): Record<string, string> {
  const bytes = crypto.getRandomValues(new Uint8Array(43))
  const value = [...bytes].map((byte) => (byte % 36).toString(36)).join('')
  const names = [true, false].map((secureCookies) => browserCookieName({ secureCookies }, value))
  return Object.fromEntries(names.map((name) => [name, value]))
}

function answerOf(answer: NextAnswer): Response | null {
  if (answer === 'no-connection') return null
  if (typeof answer !== 'string') return answer
  const error = new AstraError(answer)
  return Response.json({ error: error.toJSON() }, { status: error.status })
}
