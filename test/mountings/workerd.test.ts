import { request } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'vite'
import { describe, expect, it, vi } from 'vitest'
import { person, settle, testJourney, testWebhook } from './journey.ts'
import { mount } from './mounting.ts'
import { APPLICATIONS } from './pack.ts'

/** Has no types. */
const { default: workerd } = createRequire(import.meta.url)('workerd') as { default: string }

describe('workerd, without a single module of Node', () => {
  const words = ['serve', 'workerd.capnp', '--control-fd=1']
  const mounting = mount({ folder: 'workerd', program: workerd, words }, bundle)
  testJourney(mounting)
  testWebhook(mounting)

  it('answers whoever waits for a read that the runtime has ended with its client', async () => {
    const { simulator, application } = mounting
    const browser = mounting.browser('customer-6')
    await browser.submit({ ...person('Sixt', 6), firstName: 'Pending' })
    simulator.advance(6_000)
    await settle(mounting)
    simulator.failNext('GET /v1/user_intent/:id', { latency: 4_000 })
    const before = simulator.requests.length
    const headers = {
      'x-test-customer': JSON.stringify(browser.identity),
      'x-astra-onboarding': '1',
      'sec-fetch-site': 'same-origin',
    }
    const abandoned = request(`${application.origin}/bank/api/astra/status`, { headers })
    abandoned.on('error', () => {}).end()
    await vi.waitFor(() => expect(simulator.requests.length).toBeGreaterThan(before))
    const waiting = browser.request('GET', '/status')
    abandoned.socket?.resetAndDestroy()
    expect((await waiting).status).toBe(200)
    expect((await browser.request('GET', '/status')).status).toBe(200)
  })
})

/** One file of the worker and all that it imports. A module of Node among them would fail at the start. */
async function bundle(): Promise<void> {
  await build({
    root: join(APPLICATIONS, 'workerd'),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: 'bundle',
      lib: { entry: 'worker.mjs', formats: ['es'], fileName: () => 'worker.mjs' },
      rolldownOptions: { external: ['cloudflare:workers', /^node:/] },
    },
  })
}
