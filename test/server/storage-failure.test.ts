import { expect, it } from 'vitest'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness } from '../support/harness.ts'

/** A storage that can be switched off, with the words of whoever switches it off. */
function fragileStorage() {
  const memory = memoryStorage()
  let failure: Error | null = null
  const guard = <T>(answer: () => Promise<T>) => (failure ? Promise.reject(failure) : answer())
  const storage: AstraStorage = {
    get: (...read) => guard(() => memory.get(...read)),
    find: (...read) => guard(() => memory.find(...read)),
    commit: (...write) => guard(() => memory.commit(...write)),
    increment: (...write) => guard(() => memory.increment(...write)),
  }
  return { storage, fail: (error: Error | null) => void (failure = error) }
}

it('answers 503 while the storage is down, sends nothing to Astra, and goes on afterwards', async () => {
  const { storage, fail } = fragileStorage()
  const harness = createHarness({ proxy: { storage } })
  const browser = harness.browser()
  fail(new Error('duplicate key: rosa@example.com'))
  const { status, body } = await browser.submit()
  expect([status, body.error?.code, body.error?.retryable]).toEqual([503, 'storage_unavailable', true])
  expect(body.error?.message).toBe(
    '[astra] The storage of the proxy has failed: down, locked, full, or too slow. The log has the cause; nothing was sent to Astra that is not written down.',
  )
  expect(harness.simulator.requests).toEqual([])
  expect(JSON.stringify(harness.logs)).not.toContain('rosa@example.com')
  fail(null)
  expect((await browser.submit()).status).toBe(201)
})

it('tells the log what our own storages say', async () => {
  const { storage, fail } = fragileStorage()
  const harness = createHarness({ proxy: { storage } })
  fail(new Error('[astra] sqliteStorage: the disk of astra.db is full.'))
  expect((await harness.browser().request('GET', '/status')).status).toBe(503)
  expect(harness.logs[0]).toEqual([
    {
      code: 'storage_unavailable',
      route: 'GET /status',
      customer: 'customer-1',
      cause: '[astra] sqliteStorage: the disk of astra.db is full.',
    },
    'refused',
  ])
})

it('lets Astra repeat a webhook that could not be written', async () => {
  const { storage, fail } = fragileStorage()
  const harness = createHarness({
    proxy: { storage },
    simulator: { webhooks: { url: 'https://bank.test/api/astra/webhook' } },
  })
  const browser = harness.browser()
  await browser.submit()
  fail(new Error('down'))
  const [news] = harness.simulator.webhooks.pending()
  if (!news) throw new Error('no webhook is waiting')
  const send = async () =>
    (await harness.proxy.fetch(await harness.simulator.webhooks.request(news.webhook))).status
  expect(await send()).toBe(503)
  fail(null)
  expect(await send()).toBe(200)
})

it('keeps an intent that Astra has created though the storage fails for four seconds afterwards', async () => {
  const { storage, fail } = fragileStorage()
  let waited = 0
  const harness = createHarness({
    proxy: {
      storage,
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        if (request.url.endsWith('/v1/user_intent')) fail(new Error('locked'))
        return answer
      },
      wait: async (ms) => {
        waited += ms
        if (waited >= 4_000) fail(null)
      },
    },
  })
  expect((await harness.browser().submit()).status).toBe(201)
  expect((await harness.proxy.status('customer-1')).userIntentId).toBe(harness.simulator.intents()[0]?.id)
})
