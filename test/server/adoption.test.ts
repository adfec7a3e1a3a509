import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

const CREATE = 'POST /v1/user_intent'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const AUTHORIZE_STEP = { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' }

const calls = ({ simulator }: Harness, wanted: string) =>
  simulator.requests.filter(({ route }) => route === wanted).length
const intentId = ({ simulator }: Harness, index = 0) => simulator.intents()[index]?.id ?? ''

async function attemptStates({ storage }: Harness) {
  const records = await storage.find('attempt', 'customer', 'customer-1')
  const attempts = records.map(({ data }) => data as Attempt).sort((a, b) => a.at - b.at)
  return attempts.map(({ state, intentId }) => [state, intentId])
}

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
    const browser = harness.browser()
    expect((await browser.submit()).status).toBe(201)
    expect((await browser.status()).step).toEqual(AUTHORIZE_STEP)
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
    expect(harness.audits.filter(({ event }) => event === 'intent.adopt')).toEqual([
      { event: 'intent.adopt', customer: 'customer-1', outcome: 'superseded' },
    ])
  })

  it.each<[string, { network: 'before' | 'refused' }, string[]]>([
    ['without an answer', { network: 'before' }, ['created', 'unknown']],
    ['that never left', { network: 'refused' }, ['created']],
  ])('is adopted although the person has tried again, %s', async (_, fault, states) => {
    const { harness, browser } = await lost()
    harness.advance(1000)
    harness.simulator.failNext(CREATE, fault)
    await browser.submit()
    await harness.simulator.webhooks.deliver()
    expect((await attemptStates(harness)).map(([state]) => state)).toEqual(states)
    expect((await browser.status()).step).toEqual(AUTHORIZE_STEP)
    expect((await harness.proxy.status('customer-1')).userIntentId).toBe(intentId(harness))
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

describe('an attempt that answer and webhook settle at the same moment', () => {
  it('is left as the webhook has settled it, when that is first', async () => {
    const harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.method === 'POST') await harness.simulator.webhooks.deliver()
          return answer
        },
      },
    })
    const browser = harness.browser()
    expect((await browser.submit()).status).toBe(201)
    expect((await browser.status()).step).toEqual(AUTHORIZE_STEP)
    expect(await attemptStates(harness)).toEqual([['created', intentId(harness)]])
  })

  it('is left as the answer has settled it, when the webhook has only looked', async () => {
    const memory = memoryStorage()
    let goOn = () => {}
    const isAnswered = new Promise<void>((resolve) => (goOn = resolve))
    let delivering: Promise<unknown> | undefined
    const harness = createHarness({
      proxy: {
        storage: {
          ...memory,
          get: async (kind, id) => {
            const record = await memory.get(kind, id)
            // Only the webhook looks at the attempt; the answer knows it.
            if (kind === 'attempt') await isAnswered
            return record
          },
        },
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.method === 'POST') delivering = harness.simulator.webhooks.deliver()
          return answer
        },
      },
    })
    const browser = harness.browser()
    expect((await browser.submit()).status).toBe(201)
    goOn()
    await delivering
    expect((await browser.status()).step).toEqual(AUTHORIZE_STEP)
    expect(await attemptStates(harness)).toEqual([['created', intentId(harness)]])
  })
})
