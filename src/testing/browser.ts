import { REQUEST_HEADER } from '../core/contract.ts'
import type { CompleteAnswer, OpenFlowAnswer, Presentation, StatusAnswer } from '../core/contract.ts'
import type { AstraErrorBody } from '../core/errors.ts'
import type { Goal } from '../core/next-step.ts'
import type { AstraProxy, Identity } from '../server/index.ts'
import type { AstraSimulator } from '../simulator/index.ts'
import { createCookieJar } from './cookie-jar.ts'
import type { CookieJar } from './cookie-jar.ts'
import { AUTHORIZE, walk, walkThrough } from './hosted-module.ts'
import type { Deed, Send } from './hosted-module.ts'
import { ROSA } from './person.ts'

/** Says who is signed in; the stand-in for a partner's session. */
export const CUSTOMER_HEADER = 'x-test-customer'

/** Where a proxy is mounted. */
export interface Site {
  /** Like `https://bank.test`. */
  origin: string
  /** Like `/api/astra`. */
  basePath: string
}

/** What the proxy answered. */
export interface Answer<T> {
  status: number
  body: T
  headers: Headers
}

/** A browser without a page, with a cookie jar for the proxy and one for the module, signed in as one customer. */
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
  /** Does exactly this in the hosted module; answers the URL it returns to, or null while still inside. */
  walk(url: URL, deeds: readonly Deed[]): Promise<URL | null>
  /** Goes all the way through the hosted module; between the deeds what anybody would do. */
  walkThrough(url: URL, deeds?: readonly Deed[]): Promise<URL>
  complete(query: string): Promise<Answer<CompleteAnswer & { error?: AstraErrorBody }>>
  /** The whole trip: open, start, walk, complete. */
  trip(
    deeds?: readonly Deed[],
    beforeReturn?: () => void,
  ): Promise<Answer<CompleteAnswer & { error?: AstraErrorBody }>>
  /** Profile and first trip: ends authorized for a person who is approved. */
  onboard(profile?: Record<string, unknown>): Promise<void>
}

/** Whom a browser talks to, and the cookies that it has of them. */
export interface BrowserOptions extends Site {
  proxy: AstraProxy
  simulator: AstraSimulator
  identity: Identity
  jars?: { proxy: CookieJar; simulator: CookieJar }
}

export function createBrowser(options: BrowserOptions): TestBrowser {
  const { proxy, simulator, identity, origin, basePath } = options
  const jars = options.jars ?? { proxy: createCookieJar(), simulator: createCookieJar() }
  const mount = origin + basePath

  // Headers go apart from the request: a browser takes some of them out of one that a script makes.
  const toProxy = (request: Request, headers: Record<string, string> = {}) =>
    jars.proxy.send(request, headers, (sent) => proxy.fetch(sent, { remoteAddress: '127.0.0.1' }))
  const toModule: Send = (request) => jars.simulator.send(request, {}, simulator.fetch)

  const browser: TestBrowser = {
    identity,
    cookie: () => jars.proxy.header(),
    request: (method, path, init = {}) =>
      toProxy(
        new Request(mount + path, {
          method,
          ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
        }),
        {
          [CUSTOMER_HEADER]: JSON.stringify(identity),
          'sec-fetch-site': 'same-origin',
          [REQUEST_HEADER]: '1',
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          ...init.headers,
        },
      ),
    status: async (query = '') =>
      (await browser.request('GET', `/status${query}`)).json() as Promise<StatusAnswer>,
    submit: async (profile = ROSA) =>
      toAnswer(await browser.request('POST', '/user-intents', { body: { profile } })),
    correct: async (profile = ROSA) =>
      toAnswer(await browser.request('POST', '/user-intents', { body: { profile, replace: true } })),
    openFlow: async (presentation = 'redirect', goal = 'onboard') => {
      const body = { goal, presentation, returnTo: `${origin}/cards?tab=2` }
      const response = await browser.request('POST', '/flows', { body })
      if (response.status !== 201) throw new Error(`flow not opened: ${await response.text()}`)
      return response.json() as Promise<OpenFlowAnswer>
    },
    start: async (startPath) => {
      const response = await toProxy(new Request(mount + startPath))
      if (response.status !== 302) throw new Error(`flow not started: ${response.status}`)
      return new URL(response.headers.get('location') ?? '')
    },
    walk: (url, deeds) => walk(toModule, url, deeds),
    walkThrough: (url, deeds = []) => walkThrough(toModule, url, deeds),
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

async function toAnswer<T>(response: Response): Promise<Answer<T>> {
  return { status: response.status, body: (await response.json()) as T, headers: response.headers }
}
