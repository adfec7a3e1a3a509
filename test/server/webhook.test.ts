import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'
import { delivery, post, sign } from '../support/webhook.ts'

const DAY = 24 * 60 * 60_000
const AUTHORIZE_STEP = { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' }

const intentId = ({ simulator }: Harness, index = 0) => simulator.intents()[index]?.id ?? ''

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

  it.each([
    ['body_malformed', delivery('x'), { 'content-encoding': 'gzip' }],
    ['body_too_large', delivery('x').padEnd(65 * 1024), {}],
  ])('that is not even looked at leaves a warning and an audit event: %s', async (code, body, headers) => {
    const harness = createHarness()
    const signed = { 'content-type': 'application/json', 'astra-verification': sign(body), ...headers }
    await harness.proxy.fetch(
      new Request(`${ORIGIN}/api/astra/webhook`, { method: 'POST', body, headers: signed }),
    )
    expect(harness.audits).toEqual([{ event: 'webhook.verify', outcome: 'refused' }])
    expect(harness.logs).toEqual([
      [
        { code, route: 'POST /webhook', count: 1 },
        'a webhook was refused before its signature was looked at: it is compressed, larger than 64 KiB, broken off or slow, as the code says. Something in front of the proxy may have made it so',
      ],
    ])
  })

  it('that is refused leaves a warning, one a minute, with the number of all since the last', async () => {
    const harness = createHarness()
    for (let index = 0; index < 20; index++) await post(harness, delivery('x'), sign(delivery('y')))
    harness.advance(59_999)
    await post(harness, delivery('x'))
    await post(harness, delivery('x'), null)
    const warning = (count: number) => [
      { code: 'webhook_refused', route: 'POST /webhook', count },
      'a webhook was refused: its signature does not match. Check ASTRA_CLIENT_SECRET, and ASTRA_PREVIOUS_CLIENT_SECRET after a change, and that nothing parses the body before the proxy',
    ]
    expect(harness.logs).toEqual([warning(1)])
    harness.advance(1)
    await post(harness, delivery('x'), null)
    await post(harness, delivery('x'), null)
    expect(harness.logs).toEqual([warning(1), warning(21)])
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
    await browser.status()
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

it('learns from other families of events nothing about whether ours arrive', async () => {
  const harness = createHarness()
  const other = JSON.stringify({ webhook_id: 'w1', webhook_type: 'routine_updated', resource_id: 'rtn_1' })
  expect((await post(harness, other)).status).toBe(200)
  expect(await harness.storage.get('webhook', 'latest')).toBeNull()
  await post(harness, delivery('x'))
  expect(await harness.storage.get('webhook', 'latest')).not.toBeNull()
})

it('does not believe for ever that webhooks arrive, because one came while a clock was far ahead', async () => {
  const harness = createHarness()
  harness.advance(365 * DAY)
  await post(harness, delivery('x'))
  harness.advance(-365 * DAY)
  const browser = harness.browser()
  harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await browser.submit()
  harness.advance(61_000)
  // Where webhooks arrive it is left to them for a quarter of an hour.
  expect((await browser.submit({ ...ROSA, lastName: 'Lindquist' })).status).toBe(201)
})
