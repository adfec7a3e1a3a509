import { createAstraProxy } from '../server/index.ts'
import type { AstraProxy, AstraProxyOptions, AstraStorage, Identity, LogFields } from '../server/index.ts'
import { memoryStorage } from '../server/storage/memory.ts'
import { createAstraSimulator } from '../simulator/index.ts'
import type { AstraSimulator, SimulatorOptions } from '../simulator/index.ts'
import { createBrowser, CUSTOMER_HEADER } from './browser.ts'
import type { Site, TestBrowser } from './browser.ts'

/** A partner's backend with an Astra of its own, in one process. */
export interface Backend {
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
  instance(options?: BackendOptions): Backend
}

/** What differs from the usual. */
export interface BackendOptions {
  proxy?: Partial<AstraProxyOptions>
  simulator?: Partial<SimulatorOptions>
  env?: Record<string, string>
}

/** Where a backend is, and what time it is there: ms since the epoch. */
export interface Place extends Site {
  now: () => number
}

/** What the processes of one partner share. */
type World = Pick<Backend, 'simulator' | 'storage'> & { clock: { ahead: number } }

/**
 * Proxy, simulator and storage wired together, with one clock. Webhooks reach the proxy when somebody says
 * `simulator.webhooks.deliver()`.
 */
export function createBackend(place: Place, options: BackendOptions = {}, world?: World): Backend {
  const { origin, basePath } = place
  const clock = world?.clock ?? { ahead: 0 }
  const now = () => place.now() + clock.ahead
  const redirectUri = options.env?.['ASTRA_REDIRECT_URI'] ?? `${origin}${basePath}/return`
  const webhooks = {
    url: `${origin}${basePath}/webhook`,
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
      const header = request.headers.get(CUSTOMER_HEADER)
      return header ? (JSON.parse(header) as Identity) : null
    },
    storage,
    basePath,
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
    advance: (ms) => void (clock.ahead += ms),
    instance: (other = {}) => createBackend(place, other, { simulator, storage, clock }),
    browser: (identity = 'customer-1') =>
      createBrowser({
        ...place,
        proxy,
        simulator,
        identity: typeof identity === 'string' ? { id: identity } : identity,
      }),
  }
}
