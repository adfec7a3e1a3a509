import { http } from 'msw'
import type { HttpHandler } from 'msw'
import type { OpenFlowAnswer } from '../core/contract.ts'
import { CUSTOMER_HEADER } from './browser.ts'
import type { Site } from './browser.ts'
import type { CookieJar } from './cookie-jar.ts'
import type { AstraProxy, Identity } from '../server/index.ts'

/** A route of the proxy that the widget calls. */
export type ProxyRoute = 'GET /status' | 'POST /user-intents' | 'POST /flows' | 'POST /flows/complete'

/** A request as the page sent it. */
export interface SentRequest {
  /** Like `POST /flows`; the query is left out. */
  route: string
  query: string
  body: unknown
}

/** What lies between a page and the proxy. */
export interface Network {
  handlers: HttpHandler[]
  /** Everything the page has sent, in order. */
  sent: readonly SentRequest[]
  /** Nothing is on its way. */
  isQuiet(): boolean
  /** Lets the next request of this route wait; call the result to let it through. */
  hold(route: string): () => void
  /** Answers the next request of this route in the proxy's stead; null breaks the connection. */
  answerNext(route: string, answer: Response | null): void
  /** Carries a request of this browser to the proxy, with what a browser adds on the way to its own origin. */
  carry(request: Request): Promise<Response>
  /** Forgets what was sent and what was to happen. */
  clear(): void
}

/** Whose page it is, and what is behind the network. */
export interface NetworkOptions {
  site: Site
  jar: CookieJar
  proxy: () => AstraProxy
  /** Who is signed in. */
  identity: () => Identity | null
  /** Hears of each flow that the page has opened. */
  onFlow?: (opened: OpenFlowAnswer) => void
}

export function createNetwork(options: NetworkOptions): Network {
  const { site, jar, identity, onFlow = () => {} } = options
  const sent: SentRequest[] = []
  let underWay = 0
  let interventions: { route: string; act: () => Promise<Response | null | undefined> }[] = []

  async function carry(request: Request): Promise<Response> {
    const { url, method } = request
    const body = method === 'POST' ? await request.text() : null
    const who = identity()
    const answer = await jar.send(
      new Request(url, { method, headers: request.headers, body }),
      { 'sec-fetch-site': 'same-origin', ...(who && { [CUSTOMER_HEADER]: JSON.stringify(who) }) },
      (carried) => options.proxy().fetch(carried, { remoteAddress: '127.0.0.1' }),
    )
    // No script ever sees this header.
    answer.headers.delete('set-cookie')
    return answer
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const route = `${request.method} ${pathname.replace(site.basePath, '')}`
    const text = await request.clone().text()
    sent.push({ route, query: search, body: text ? JSON.parse(text) : null })
    const index = interventions.findIndex((entry) => entry.route === route)
    const [intervention] = index < 0 ? [] : interventions.splice(index, 1)
    underWay++
    try {
      const stand = await intervention?.act()
      if (stand === null) return Response.error()
      const answer = stand ?? (await carry(request))
      if (route === 'POST /flows' && answer.ok) onFlow((await answer.clone().json()) as OpenFlowAnswer)
      return answer
    } finally {
      underWay--
    }
  }

  return {
    handlers: [http.all(`*${site.basePath}/*`, ({ request }) => handle(request))],
    sent,
    isQuiet: () => underWay === 0,
    hold: (route) => {
      let release = () => {}
      const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)))
      interventions.push({ route, act: () => released })
      return release
    },
    answerNext: (route, answer) => void interventions.push({ route, act: () => Promise.resolve(answer) }),
    carry,
    clear: () => {
      sent.length = 0
      interventions = []
    },
  }
}
