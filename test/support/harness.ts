import type { AstraProxy, Identity } from '../../src/server/index.ts'
import type { AstraSimulator } from '../../src/simulator/index.ts'
import { createBackend } from '../../src/testing/backend.ts'
import type { Backend, BackendOptions } from '../../src/testing/backend.ts'
import { CARD_FORM as UNEXPIRED } from '../../src/testing/test-cards.ts'
import { createBrowser as createBrowserAt } from '../../src/testing/browser.ts'
import type { TestBrowser } from '../../src/testing/browser.ts'

export { AUTHORIZE } from '../../src/testing/hosted-module.ts'
export type { Deed } from '../../src/testing/hosted-module.ts'
export { TEST_CARD_NUMBERS } from '../../src/testing/test-cards.ts'
export { ROSA } from '../../src/testing/person.ts'
export type { TestBrowser } from '../../src/testing/browser.ts'
export type { Backend as Harness, BackendOptions as HarnessOptions } from '../../src/testing/backend.ts'

/** Of a card that expires within the tests' reach. */
export const CARD_FORM = { ...UNEXPIRED, expires: '08/29' }

export const ORIGIN = 'https://bank.test'
export const REDIRECT_URI = `${ORIGIN}/api/astra/return`

/** The same Astra for a proxy that takes it for the sandbox, and so allows itself nothing that is for the simulator alone. */
export const AS_SANDBOX = {
  ASTRA_ENVIRONMENT: 'sandbox',
  ASTRA_CLIENT_ID: 'simulator',
  ASTRA_CLIENT_SECRET: 'simulator-secret',
  ASTRA_ENCRYPTION_KEYS: 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0=',
}

const SITE = { origin: ORIGIN, basePath: '/api/astra' }
const TODAY = Date.parse('2026-11-23T18:00:00Z')

/** Proxy, simulator and storage wired together in one process, at a time that stands still until a test moves it. */
export function createHarness(options: BackendOptions = {}): Backend {
  return createBackend({ ...SITE, now: () => TODAY }, options)
}

export function createBrowser(proxy: AstraProxy, simulator: AstraSimulator, identity: Identity): TestBrowser {
  return createBrowserAt({ ...SITE, proxy, simulator, identity })
}
