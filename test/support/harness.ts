import { REQUEST_HEADER } from '../../src/core/contract.ts'
import type { Goal } from '../../src/core/next-step.ts'
import type { CompleteAnswer, OpenFlowAnswer, Presentation, StatusAnswer } from '../../src/core/contract.ts'
import type { AstraErrorBody } from '../../src/core/errors.ts'
import { createAstraProxy } from '../../src/server/index.ts'
import type {
  AstraProxy,
  AstraProxyOptions,
  AstraStorage,
  Identity,
  LogFields,
} from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createAstraSimulator } from '../../src/simulator/index.ts'
import type { AstraSimulator, SimulatorOptions } from '../../src/simulator/index.ts'

export const ORIGIN = 'https://bank.test'
export const REDIRECT_URI = `${ORIGIN}/api/astra/return`
const SIMULATOR_ORIGIN = 'http://127.0.0.1:4010'

/** A person whom the simulator approves at once. */
export const ROSA = {
  firstName: 'Rosa',
  lastName: 'Lindqvist',
  dateOfBirth: '1991-11-04',
  ssnLast4: '4821',
  email: 'rosa.lindqvist@example.com',
  phone: '(415) 555-0142',
  address1: '18 Harbor View Rd',
  city: 'Oakland',
  state: 'CA',
  postalCode: '94607',
}

/** What a person does in the hosted module, screen by screen. */
export type Deed =
  | 'phone'
  /** Types another number than the one that stands there. */
  | `phone ${string}`
  | 'code'
  | 'business'
  | 'correction'
  | 'document'
  | 'consent'
  | 'connect'
  /** "Connect New Debit Card", in the module after the consent. */
  | 'connect card'
  /** Types one of the simulator's test cards, by its name. */
  | `card ${TestCardName}`
  | 'no-card'
  | 'start-again'
  | 'cancel'

/** The numbers that the simulator's form shows, written down once more. */
export const TEST_CARD_NUMBERS = {
  approved: '4242 4242 4242 4242',
  'approved-too': '4403 9300 0000 0011',
  flagged: '4758 3300 0000 0015',
  declined: '4000 2200 0000 0014',
  pending: '5108 0500 0000 0013',
  'pending-declined': '5200 8200 0000 0016',
}

type TestCardName = keyof typeof TEST_CARD_NUMBERS

/** What the card form is filled in with, besides the number. */
export const CARD_FORM = {
  expires: '08/29',
  security_code: '123',
  first_name: 'Rosa',
  last_name: 'Lindqvist',
  street_line_1: '18 Harbor View Rd',
  city: 'Oakland',
  state: 'CA',
  zip_code: '94607',
}

export const AUTHORIZE: Deed[] = ['phone', 'code', 'consent', 'connect']

export interface Harness {
  proxy: AstraProxy
  simulator: AstraSimulator
  storage: AstraStorage
  /** Warnings and errors, as the partner's logger got them. */
  logs: unknown[]
  /** Audit events, as the partner's logger got them. */
  audits: LogFields[]
  /** Moves the clock of proxy and simulator by ms. */
  advance(ms: number): void
  /** A browser with a cookie jar, signed in as this customer. */
  browser(identity?: Identity | string): TestBrowser
  /** Another process on the same records, the same clock and the same Astra. */
  instance(options?: HarnessOptions): Harness
}

export interface HarnessOptions {
  proxy?: Partial<AstraProxyOptions>
  simulator?: Partial<SimulatorOptions>
  env?: Record<string, string>
}

/** What the processes of one partner share. */
type World = Pick<Harness, 'simulator' | 'storage'> & { clock: { now: number } }

/**
 * Proxy, simulator and storage wired together in one process, with one clock. Webhooks reach the proxy when the test
 * says `simulator.webhooks.deliver()`.
 */
export function createHarness(options: HarnessOptions = {}, world?: World): Harness {
  const clock = world?.clock ?? { now: Date.parse('2026-11-23T18:00:00Z') }
  const now = () => clock.now
  const redirectUri = options.env?.['ASTRA_REDIRECT_URI'] ?? REDIRECT_URI
  const webhooks = {
    url: `${ORIGIN}/api/astra/webhook`,
    fetch: (request: Request): Promise<Response> => proxy.fetch(request),
  }
  const simulator =
    world?.simulator ??
    createAstraSimulator({ redirectUris: [redirectUri], now, webhooks, ...options.simulator })
  const storage = world?.storage ?? options.proxy?.storage ?? memoryStorage()
  const logs: unknown[] = []
  const audits: LogFields[] = []
  const log = (...line: unknown[]) => void logs.push(line)
  const proxy = createAstraProxy({
    env: { ASTRA_ENVIRONMENT: 'simulator', ASTRA_REDIRECT_URI: redirectUri, ...options.env },
    identify: (request) => {
      const header = request.headers.get('x-test-customer')
      return header ? (JSON.parse(header) as Identity) : null
    },
    storage,
    fetch: simulator.fetch,
    // A fault that strikes once shall be felt.
    retries: 0,
    now,
    logger: { info: (fields) => void audits.push(fields), warn: log, error: log },
    ...options.proxy,
  })
  return {
    proxy,
    simulator,
    storage,
    logs,
    audits,
    advance: (ms) => void (clock.now += ms),
    instance: (other = {}) => createHarness(other, { simulator, storage, clock }),
    browser: (identity = 'customer-1') =>
      createBrowser(proxy, simulator, typeof identity === 'string' ? { id: identity } : identity),
  }
}

export interface Answer<T> {
  status: number
  body: T
  headers: Headers
}

export interface TestBrowser {
  readonly identity: Identity
  /** The proxy's cookies, as a request carries them. */
  cookie(): string
  request(
    method: string,
    path: string,
    init?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>
  status(query?: string): Promise<StatusAnswer>
  submit(profile?: Record<string, unknown>): Promise<Answer<StatusAnswer & { error?: AstraErrorBody }>>
  /** "Correct my details". */
  correct(profile?: Record<string, unknown>): Promise<Answer<StatusAnswer & { error?: AstraErrorBody }>>
  openFlow(presentation?: Presentation, goal?: Goal): Promise<OpenFlowAnswer>
  /** Follows the start path to the first URL at Astra. */
  start(startPath: string): Promise<URL>
  /** Walks through the hosted module; answers the URL it returns to, or null while still inside. */
  walk(url: URL, deeds: readonly Deed[]): Promise<URL | null>
  complete(query: string): Promise<Answer<CompleteAnswer & { error?: AstraErrorBody }>>
  /** The whole trip: open, start, walk, complete. */
  trip(
    deeds?: readonly Deed[],
    beforeReturn?: () => void,
  ): Promise<Answer<CompleteAnswer & { error?: AstraErrorBody }>>
  /** Profile and first trip: ends authorized for a person who is approved. */
  onboard(profile?: Record<string, unknown>): Promise<void>
}

export function createBrowser(proxy: AstraProxy, simulator: AstraSimulator, identity: Identity): TestBrowser {
  const jars = { proxy: new Map<string, string>(), simulator: new Map<string, string>() }

  const cookiesFor = (to: 'proxy' | 'simulator') =>
    [...jars[to]].map(([name, value]) => `${name}=${value}`).join('; ')

  async function send(to: 'proxy' | 'simulator', request: Request): Promise<Response> {
    const jar = jars[to]
    const cookie = cookiesFor(to)
    if (cookie) request.headers.set('cookie', cookie)
    const response =
      to === 'proxy'
        ? await proxy.fetch(request, { remoteAddress: '127.0.0.1' })
        : await simulator.fetch(request)
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      jar.set(name, value)
    }
    return response
  }

  const browser: TestBrowser = {
    identity,
    cookie: () => cookiesFor('proxy'),
    request: (method, path, init = {}) =>
      send(
        'proxy',
        new Request(`${ORIGIN}/api/astra${path}`, {
          method,
          headers: {
            'x-test-customer': JSON.stringify(identity),
            'sec-fetch-site': 'same-origin',
            [REQUEST_HEADER]: '1',
            ...(method === 'POST' && { 'content-type': 'application/json' }),
            ...init.headers,
          },
          ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
        }),
      ),
    status: async (query = '') =>
      (await browser.request('GET', `/status${query}`)).json() as Promise<StatusAnswer>,
    submit: async (profile = ROSA) =>
      toAnswer(await browser.request('POST', '/user-intents', { body: { profile } })),
    correct: async (profile = ROSA) =>
      toAnswer(await browser.request('POST', '/user-intents', { body: { profile, replace: true } })),
    openFlow: async (presentation = 'redirect', goal = 'onboard') => {
      const body = { goal, presentation, returnTo: `${ORIGIN}/cards?tab=2` }
      const response = await browser.request('POST', '/flows', { body })
      if (response.status !== 201) throw new Error(`flow not opened: ${await response.text()}`)
      return response.json() as Promise<OpenFlowAnswer>
    },
    start: async (startPath) => {
      const response = await send('proxy', new Request(`${ORIGIN}/api/astra${startPath}`))
      if (response.status !== 302) throw new Error(`flow not started: ${response.status}`)
      return new URL(response.headers.get('location') ?? '')
    },
    walk: async (url, deeds) => {
      const away = (response: Response) => {
        const location = response.headers.get('location')
        return location && !location.startsWith('/') ? new URL(location) : null
      }
      const entered = await send('simulator', new Request(url))
      if (entered.status === 400) throw new Error(`the link does not work: ${await entered.text()}`)
      const path = SIMULATOR_ORIGIN + entered.headers.get('location')
      for (const deed of deeds) {
        const screen = await send('simulator', new Request(path))
        const left = away(screen) ?? away(await send('simulator', form(path, deed, await screen.text())))
        if (left) return left
      }
      return away(await send('simulator', new Request(path)))
    },
    complete: async (query) =>
      toAnswer(await browser.request('POST', '/flows/complete', { body: { query } })),
    trip: async (deeds = AUTHORIZE, beforeReturn = () => {}) => {
      const { startPath } = await browser.openFlow()
      const returned = await browser.walk(await browser.start(startPath), deeds)
      if (!returned) throw new Error('the person is still inside the hosted module')
      beforeReturn()
      return browser.complete(returned.search)
    },
    onboard: async (profile = ROSA) => {
      await browser.submit(profile)
      await browser.trip()
    },
  }
  return browser
}

const FORMS: Record<
  Exclude<Deed, `${'phone' | 'card' | 'connect'} ${string}`>,
  (page: string) => Record<string, string>
> = {
  phone: (page) => ({ phone: /name="phone"[^>]*value="(\d*)"/s.exec(page)?.[1] || '4155550142' }),
  code: (page) => ({ code: /<strong>(\d{6})<\/strong>/.exec(page)?.[1] ?? '' }),
  business: () => ({
    business_name: 'Novak Bakery',
    first_name: 'Ada',
    last_name: 'Novak',
    email: 'ada.novak@example.com',
  }),
  correction: () => ({ ssn: '123456789', ein: '123456789' }),
  document: () => ({}),
  consent: () => ({}),
  connect: () => ({ choice: 'none' }),
  'no-card': () => ({}),
  'start-again': () => ({}),
  cancel: () => ({}),
}

function form(path: string, deed: Deed, page: string): Request {
  const [, action = deed, typed] = /^(\S+) (.+)$/.exec(deed) ?? []
  const values = typed ? typedInto(action, typed) : FORMS[deed as keyof typeof FORMS](page)
  return new Request(`${path}/${action}`, { method: 'POST', body: new URLSearchParams(values) })
}

function typedInto(action: string, typed: string): Record<string, string> {
  if (action === 'card') return { ...CARD_FORM, number: TEST_CARD_NUMBERS[typed as TestCardName] }
  return action === 'connect' ? { choice: typed } : { phone: typed }
}

async function toAnswer<T>(response: Response): Promise<Answer<T>> {
  return { status: response.status, body: (await response.json()) as T, headers: response.headers }
}
