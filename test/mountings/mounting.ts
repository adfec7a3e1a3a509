import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import type { AstraProxy } from '../../src/server/index.ts'
import { createAstraSimulator } from '../../src/simulator/index.ts'
import type { AstraSimulator } from '../../src/simulator/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { createBrowser, ORIGIN } from '../support/harness.ts'
import type { TestBrowser } from '../support/harness.ts'
import { startApplication } from './application.ts'
import type { Application, Start } from './application.ts'
import { startFront } from './front.ts'
import type { Front } from './front.ts'

const BASE_PATH = '/bank/api/astra'
export const REDIRECT_URI = `${ORIGIN}${BASE_PATH}/return`

/** An application that has mounted the proxy, behind a reverse proxy with TLS, with an Astra of its own. */
export interface Mounting {
  simulator: AstraSimulator
  application: Application
  /** Bodies of the requests that Astra got to create a user intent. */
  creations: { ip_address: string }[]
  /** Sends a request whose path begins with `/api/astra` to where the proxy is mounted. */
  fetch(request: Request): Promise<Response>
  browser(customerId: string): TestBrowser
}

/** Starts an application before the tests of this file and stops it after them. */
export function mount(start: Start, prepare = async () => {}): Mounting {
  const opened: { application?: Application; front?: Front; close?: () => void } = {}
  const fetchMounted = (request: Request) => {
    const url = request.url.replace('/api/astra', BASE_PATH)
    if (!opened.front) throw new Error('the application has not been started')
    return opened.front.fetch(new Request(url, request))
  }
  const simulator = createAstraSimulator({
    redirectUris: [REDIRECT_URI],
    webhooks: { url: `${ORIGIN}/api/astra/webhook`, fetch: fetchMounted },
  })
  const creations: Mounting['creations'] = []

  beforeAll(async () => {
    await prepare()
    const astra = createServer(
      toNodeHandler(async (request) => {
        if (request.method === 'POST' && request.url.endsWith('/v1/user_intent')) {
          creations.push((await request.clone().json()) as Mounting['creations'][number])
        }
        return simulator.fetch(request)
      }),
    )
    await new Promise<void>((resolve) => astra.listen(0, '127.0.0.1', resolve))
    opened.close = () => astra.close().closeAllConnections()
    opened.application = await startApplication(start, {
      ASTRA_ENVIRONMENT: 'simulator',
      ASTRA_SIMULATOR_URL: `http://127.0.0.1:${(astra.address() as AddressInfo).port}`,
      ASTRA_REDIRECT_URI: REDIRECT_URI,
    })
    opened.front = await startFront(opened.application.origin)
  }, 120_000)

  afterAll(async () => {
    await opened.front?.close()
    await opened.application?.stop()
    opened.close?.()
  })

  return {
    simulator,
    get application() {
      if (!opened.application) throw new Error('the application has not been started')
      return opened.application
    },
    creations,
    fetch: fetchMounted,
    browser: (id) => createBrowser({ fetch: fetchMounted } as unknown as AstraProxy, simulator, { id }),
  }
}
