import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const CREATE = 'POST /v1/user_intent'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const AUTHORIZE_STEP = { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' }

const calls = ({ simulator }: Harness, wanted: string) =>
  simulator.requests.filter(({ route }) => route === wanted).length
const readsOfIntent = (harness: Harness) => calls(harness, 'GET /v1/user_intent/:id')
const intentId = ({ simulator }: Harness, index = 0) => simulator.intents()[index]?.id ?? ''

const sign = (body: string, secret = 'simulator-secret') =>
  createHmac('sha256', secret).update(body).digest('base64')

/** Posts a webhook; the signature is the right one unless another is given. */
async function post({ proxy }: Harness, body: string, signature: string | null = sign(body)) {
  const response = await proxy.fetch(
    new Request(`${ORIGIN}/api/astra/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { 'astra-verification': signature }) },
      body,
    }),
  )
  const text = await response.text()
  return { status: response.status, error: text ? (JSON.parse(text) as { error: object }).error : null }
}

const delivery = (resourceId: string, more: object = {}) =>
  JSON.stringify({
    webhook_type: 'user_intent_updated',
    webhook_id: 'wh-1',
    user_id: resourceId,
    resource_id: resourceId,
    ...more,
  })

async function attemptStates({ storage }: Harness) {
  const records = await storage.find('attempt', 'customer', 'customer-1')
  const attempts = records.map(({ data }) => data as Attempt).sort((a, b) => a.at - b.at)
  return attempts.map(({ state, intentId }) => [state, intentId])
}

describe('the signature', () => {
  it.each([
    ['none', null],
    ['one with another secret', sign(delivery('x'), 'another-secret')],
    ['that of another body', sign(delivery('y'))],
    ['what is no signature', 'Zm9v'],
  ])('refuses %s', async (_, signature) => {
    const harness = createHarness()
    expect(await post(harness, delivery('x'), signature)).toEqual({
      status: 401,
      error: expect.objectContaining({
        code: 'webhook_refused',
        message:
          '[astra] The signature of a webhook is not one of ours. Check ASTRA_CLIENT_SECRET, ASTRA_PREVIOUS_CLIENT_SECRET, and that nothing parses the body before the proxy.',
      }) as object,
    })
    expect(harness.audits).toEqual([{ event: 'webhook.verify', outcome: 'refused' }])
  })

  it('counts over the bytes as they came: other blanks are another body', async () => {
    const harness = createHarness()
    const spaced = delivery('x').replaceAll(':', ' :  ')
    expect((await post(harness, spaced)).status).toBe(200)
    expect((await post(harness, JSON.stringify(JSON.parse(spaced)), sign(spaced))).status).toBe(401)
  })

  it('may come from the old secret while it is being replaced, and from no third one', async () => {
    const env = { ASTRA_CLIENT_SECRET: 'new-secret', ASTRA_PREVIOUS_CLIENT_SECRET: 'simulator-secret' }
    const harness = createHarness({ env })
    const statuses = await Promise.all(
      ['new-secret', 'simulator-secret', 'third-secret'].map(
        async (secret) => (await post(harness, delivery('x'), sign(delivery('x'), secret))).status,
      ),
    )
    expect(statuses).toEqual([200, 200, 401])
  })

  it('is looked at up to 64 KiB', async () => {
    const harness = createHarness()
    const body = (length: number) => delivery('x').padEnd(length)
    expect((await post(harness, body(64 * 1024))).status).toBe(200)
    expect(await post(harness, body(64 * 1024 + 1))).toMatchObject({
      status: 413,
      error: { code: 'body_too_large' },
    })
  })
})

it.each([
  'not json',
  'null',
  '7',
  '[]',
  '"text"',
  '{}',
  delivery('x', { webhook_id: 7 }),
  delivery('x', { webhook_type: null }),
  delivery('x', { metadata: 'text' }),
  delivery('x', { metadata: { astra_onboarding_attempt: 7 } }),
  delivery('x', { metadata: { astra_onboarding_attempt: 'unheard-of' } }),
  delivery('of a customer', { webhook_type: 'card_updated' }),
  delivery('of a customer', { webhook_type: 'transfer_updated' }),
  delivery('of a customer', { webhook_type: 'constructor' }),
])('answers 200 to %s and changes nothing', async (body) => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  await harness.browser().submit()
  const before = [...storage.writes]
  const requests = harness.simulator.requests.length
  expect(await post(harness, body.replaceAll('of a customer', intentId(harness)))).toEqual({
    status: 200,
    error: null,
  })
  const since = storage.writes.slice(before.length)
  expect(since.filter(({ kind }) => kind !== 'webhook')).toEqual([])
  expect(harness.simulator.requests).toHaveLength(requests)
})

describe('the same news again', () => {
  it('is written once, however often it comes', async () => {
    const storage = recordingStorage()
    const harness = createHarness({ proxy: { storage } })
    await harness.browser().submit()
    await harness.simulator.webhooks.deliver((due) =>
      due.flatMap((one) => Array.from({ length: 50 }, () => one)),
    )
    const body = delivery(intentId(harness), { webhook_id: 'wh-2' })
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(harness, body)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const seen = storage.writes.filter(({ kind, id }) => kind === 'webhook' && id.startsWith('seen/'))
    expect(seen).toHaveLength(2)
    const writes = storage.writes.length
    expect((await post(harness, body)).status).toBe(200)
    expect(storage.writes).toHaveLength(writes)
  })

  it('ends where the news in order end, in any order and however often', async () => {
    const finalState = async (order: readonly number[]) => {
      const harness = createHarness()
      const browser = harness.browser()
      await browser.submit({ ...ROSA, firstName: 'Pending' })
      harness.advance(6_000)
      await browser.trip()
      const userId = harness.simulator.users()[0]?.id ?? ''
      for (const status of ['suspended', 'approved', 'rejected'] as const) {
        harness.simulator.setUserStatus(userId, status)
      }
      await harness.simulator.webhooks.deliver((due) =>
        order.flatMap((place) => due[place % due.length] ?? []),
      )
      await harness.simulator.webhooks.deliver()
      const { step, userStatus, userIntentStatus } = await harness.proxy.status('customer-1')
      return { step, userStatus, userIntentStatus }
    }
    const inOrder = await finalState([0, 1, 2, 3, 4, 5, 6])
    expect(inOrder).toMatchObject({ step: { name: 'stopped', reason: 'rejected' }, userStatus: 'rejected' })
    const orders = fc.array(fc.nat(20), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        expect(await finalState(order)).toEqual(inOrder)
      }),
      { numRuns: 25 },
    )
  })
})

describe('news of a customer', () => {
  it('make the next status read Astra at once', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit({ ...ROSA, firstName: 'Slow' })
    harness.simulator.setIntentStatus(intentId(harness), 'document')
    expect((await browser.status()).step).toMatchObject({ name: 'wait' })
    await harness.simulator.webhooks.deliver()
    expect((await browser.status()).step).toEqual(AUTHORIZE_STEP)
    expect(harness.audits).toContainEqual({
      event: 'webhook.verify',
      customer: 'customer-1',
      outcome: 'user_intent_updated',
    })
  })

  it('tell of the User too', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.onboard()
    harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'suspended')
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    await harness.simulator.webhooks.deliver()
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'suspended' })
  })

  it('outdo an answer that was on its way when they came', async () => {
    let duringRead = async () => {}
    const harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.method === 'GET') await duringRead()
          return answer
        },
      },
    })
    const browser = harness.browser()
    await browser.submit({ ...ROSA, firstName: 'Slow' })
    harness.advance(6_000)
    duringRead = async () => {
      duringRead = async () => {}
      harness.simulator.setIntentStatus(intentId(harness), 'rejected')
      await harness.simulator.webhooks.deliver()
    }
    expect((await browser.status()).step).toMatchObject({ name: 'wait' })
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 1 })
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'rejected' })
  })
})

describe('a creation whose answer was lost', () => {
  async function lost(harness = createHarness()) {
    const browser = harness.browser()
    harness.simulator.failNext(CREATE, { network: 'after' })
    expect((await browser.submit()).body.error?.code).toBe('intent_outcome_unknown')
    return { harness, browser }
  }

  /** Webhooks arrive here: an event of another customer was verified. */
  async function withWebhooks() {
    const harness = createHarness()
    await post(harness, delivery('of somebody else'))
    return harness
  }

  it('finds its intent by a webhook that is faster than the answer', async () => {
    const harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.method === 'GET') return answer
          await harness.simulator.webhooks.deliver()
          throw new TypeError('fetch failed')
        },
      },
    })
    const { status, body } = await harness.browser().submit()
    expect([status, body.step]).toEqual([201, AUTHORIZE_STEP])
    expect(await attemptStates(harness)).toEqual([['created', intentId(harness)]])
  })

  it.each([0, 15 * MINUTE, DAY])('finds its intent by a webhook %i ms later', async (later) => {
    const { harness, browser } = await lost()
    harness.advance(later)
    await harness.proxy.maintain()
    await harness.simulator.webhooks.deliver()
    const { step, creationUnknown } = await browser.status()
    expect([step, creationUnknown]).toEqual([AUTHORIZE_STEP, false])
    expect(calls(harness, CREATE)).toBe(1)
    expect(await attemptStates(harness)).toEqual([['created', intentId(harness)]])
    expect(harness.audits).toContainEqual({
      event: 'intent.adopt',
      customer: 'customer-1',
      outcome: 'adopted',
    })
  })

  it('is superseded, and never shown, once the person has tried again', async () => {
    const { harness, browser } = await lost()
    harness.advance(1000)
    await browser.submit({ ...ROSA, lastName: 'Lindquist' })
    await harness.simulator.webhooks.deliver((due) => due.toReversed())
    expect(await attemptStates(harness)).toEqual([
      ['superseded', intentId(harness, 0)],
      ['created', intentId(harness, 1)],
    ])
    expect((await harness.proxy.status('customer-1')).userIntentId).toBe(intentId(harness, 1))
  })

  it('is left to the webhooks for a quarter of an hour where they arrive', async () => {
    const { harness, browser } = await lost(await withWebhooks())
    harness.advance(15 * MINUTE - 1)
    expect(await browser.status()).toMatchObject({
      step: { name: 'wait', mayAuthorize: false },
      creationUnknown: false,
    })
    expect((await browser.submit()).body.error?.code).toBe('intent_exists')
    harness.advance(1)
    expect(await browser.status()).toMatchObject({ step: { name: 'collect-profile' }, creationUnknown: true })
    expect((await browser.submit()).status).toBe(201)
  })

  it('is left to the person at once where none has arrived for a week', async () => {
    const harness = await withWebhooks()
    harness.advance(7 * DAY)
    const { browser } = await lost(harness)
    expect(await browser.status()).toMatchObject({ step: { name: 'collect-profile' }, creationUnknown: true })
    expect((await browser.submit()).status).toBe(201)
  })
})

it('leaves an attempt as it is when answer and webhook settle it at the same moment', async () => {
  const memory = memoryStorage()
  let open = () => {}
  const bothAreHere = new Promise<void>((resolve) => (open = resolve))
  let looks = 0
  const storage: AstraStorage = {
    ...memory,
    get: async (kind, id) => {
      const record = await memory.get(kind, id)
      if (kind === 'attempt') {
        looks += 1
        if (looks === 2) open()
        await bothAreHere
      }
      return record
    },
  }
  let delivering: Promise<unknown> | undefined
  const harness = createHarness({
    proxy: {
      storage,
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        if (request.method === 'POST') delivering = harness.simulator.webhooks.deliver()
        return answer
      },
    },
  })
  expect((await harness.browser().submit()).status).toBe(201)
  await delivering
  expect(await attemptStates(harness)).toEqual([['created', intentId(harness)]])
})

describe('reads of Astra, with four windows over two processes polling every second', () => {
  async function readsIn(harness: Harness, seconds: number) {
    const other = harness.instance()
    const windows = [harness.browser(), harness.browser(), other.browser(), other.browser()]
    const before = readsOfIntent(harness)
    for (let second = 0; second < seconds; second++) {
      harness.advance(1000)
      await Promise.all(windows.map((window) => window.status()))
    }
    return readsOfIntent(harness) - before
  }

  async function waiting() {
    const harness = createHarness()
    await harness.browser().submit({ ...ROSA, firstName: 'Slow' })
    return harness
  }

  it('are five seconds apart', async () => {
    expect(await readsIn(await waiting(), 60)).toBe(12)
  })

  it('are a minute apart where webhooks arrive, and five seconds again after a week without one', async () => {
    const harness = await waiting()
    await post(harness, delivery('of somebody else'))
    expect(await readsIn(harness, 60)).toBe(1)
    harness.advance(7 * DAY)
    await harness.browser('customer-2').submit({ ...ROSA, firstName: 'Slow', email: 'mia@example.com' })
    const before = readsOfIntent(harness)
    for (let second = 0; second < 20; second++) {
      harness.advance(1000)
      await harness.browser('customer-2').status()
    }
    expect(readsOfIntent(harness) - before).toBe(4)
  })
})

describe('a User who was approved', () => {
  async function afterwards(status: Parameters<Harness['simulator']['setUserStatus']>[1]) {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.onboard()
    const becomes = (next: typeof status) =>
      harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', next)
    becomes(status)
    await harness.simulator.webhooks.deliver()
    return { harness, browser, becomes, step: (await browser.status()).step }
  }

  it.each(['pending', 'retry', 'document'] as const)('is never sent back to %s', async (status) => {
    const { harness, browser, becomes, step } = await afterwards(status)
    expect(step).toEqual({ name: 'complete' })
    becomes('approved')
    harness.advance(11 * DAY)
    await browser.status()
    await browser.trip(AUTHORIZE, () => becomes(status))
    expect((await harness.proxy.status('customer-1')).userStatus).toBe('approved')
  })

  it.each(['rejected', 'suspended'] as const)('can become %s', async (status) => {
    expect((await afterwards(status)).step).toEqual({ name: 'stopped', reason: status })
  })
})
