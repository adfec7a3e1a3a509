import { expect, it } from 'vitest'
import { retrying } from '../../src/server/retry.ts'
import { NotSent } from '../../src/server/transport.ts'
import type { TransportAnswer, TransportCall } from '../../src/server/transport.ts'
import { createHarness } from '../support/harness.ts'

const NOW = Date.parse('2026-11-23T18:00:00Z')
const CALL: TransportCall = {
  method: 'GET',
  url: 'https://astra.test/v1/user',
  headers: {},
  timeoutMs: 10_000,
}

const answer = (status: number, headers: Record<string, string> = {}): TransportAnswer => ({
  status,
  headers: new Headers(headers),
  body: '',
})
const TIMEOUT = new DOMException('', 'TimeoutError')

/** Plays outcomes one after another, the last again and again; each call takes `takes` ms. */
function setUp(
  outcomes: (TransportAnswer | Error)[],
  {
    random = 0x80,
    takes = 0,
    retries = 2,
    repeats = 'all',
  }: { random?: number; takes?: number; retries?: number; repeats?: 'all' | 'unsent' } = {},
) {
  const pauses: number[] = []
  const timeouts: number[] = []
  let now = NOW
  const transport = retrying(
    async ({ timeoutMs }) => {
      timeouts.push(timeoutMs)
      now += takes
      const outcome = outcomes[Math.min(timeouts.length, outcomes.length) - 1]
      if (!outcome || outcome instanceof Error) throw outcome
      return outcome
    },
    {
      retries,
      repeats,
      now: () => now,
      wait: async (ms) => {
        pauses.push(ms)
        now += ms
      },
      random: (bytes) => void bytes.fill(random),
    },
  )
  return { call: () => transport(CALL), pauses, timeouts }
}

it.each([
  ['429', answer(429)],
  ['500', answer(500)],
  ['503', answer(503)],
  ['a broken connection', new TypeError('fetch failed')],
  ['no connection', new NotSent()],
])('calls again after %s, at most twice, and answers what came last', async (_, outcome) => {
  const recovering = setUp([outcome, outcome, answer(200)])
  expect((await recovering.call()).status).toBe(200)
  expect(recovering.timeouts).toHaveLength(3)
  const failing = setUp([outcome, outcome, outcome, answer(200)])
  if (outcome instanceof Error) await expect(failing.call()).rejects.toBe(outcome)
  else expect(await failing.call()).toBe(outcome)
  expect(failing.timeouts).toHaveLength(3)
})

it.each([200, 201, 302, 400, 401, 403, 404, 409, 422])('takes %i as it is', async (status) => {
  const { call, timeouts } = setUp([answer(status), answer(200)])
  expect((await call()).status).toBe(status)
  expect(timeouts).toHaveLength(1)
})

it('does not call again after a time-out', async () => {
  const { call, timeouts } = setUp([TIMEOUT, answer(200)])
  await expect(call()).rejects.toBe(TIMEOUT)
  expect(timeouts).toHaveLength(1)
})

it.each([
  [0x00, [0, 0]],
  [0x80, [125.49, 250.98]],
  [0xff, [250, 500]],
])('waits by chance: random bytes %i pause %j ms', async (random, expected) => {
  const { call, pauses } = setUp([answer(503)], { random })
  await call()
  expect(pauses).toHaveLength(2)
  expected.forEach((ms, index) => expect(pauses[index]).toBeCloseTo(ms, 0))
  expect(pauses.every((ms, index) => ms < 250 * 2 ** index)).toBe(true)
})

it.each([
  ['1', 1000],
  ['2', 2000],
  ['Mon, 23 Nov 2026 18:00:02 GMT', 2000],
  ['0', 0],
  ['-5', 0],
  ['Mon, 23 Nov 2026 17:59:00 GMT', 0],
  ['soon', 0],
  ['', 0],
])('reads Retry-After %j as a pause of %i ms', async (text, ms) => {
  const { call, pauses } = setUp([answer(429, { 'retry-after': text }), answer(200)], { random: 0 })
  expect((await call()).status).toBe(200)
  expect(pauses).toEqual([ms])
})

it.each(['3', '86400', 'Mon, 23 Nov 2026 18:00:03 GMT', '9'.repeat(400)])(
  'does not wait for Retry-After %s',
  async (text) => {
    const { call, timeouts } = setUp([answer(503, { 'retry-after': text }), answer(200)])
    expect((await call()).status).toBe(503)
    expect(timeouts).toHaveLength(1)
  },
)

it('gives all calls together the time of one', async () => {
  const { call, timeouts } = setUp([answer(503)], { takes: 4000, random: 0 })
  await call()
  expect(timeouts).toEqual([10_000, 6000, 2000])
  const slower = setUp([answer(503)], { takes: 5000, random: 0 })
  await slower.call()
  expect(slower.timeouts).toEqual([10_000, 5000])
  const patient = setUp([answer(503, { 'retry-after': '2' })], { takes: 8000 })
  await patient.call()
  expect(patient.timeouts).toEqual([10_000])
})

it('repeats reads and refreshes for the proxy, and never a creation or the exchange of a code', async () => {
  const harness = createHarness({ proxy: { retries: 2, wait: async () => {} } })
  const { simulator } = harness
  const browser = harness.browser()
  const count = (route: string) => simulator.requests.filter((request) => request.route === route).length

  simulator.failNext('POST /v1/user_intent', { status: 503 })
  expect((await browser.submit()).status).toBe(502)
  expect(count('POST /v1/user_intent')).toBe(1)

  await browser.submit()
  harness.advance(6000)
  simulator.failNext('GET /v1/user_intent/:id', { network: 'before' }, 2)
  const before = count('GET /v1/user_intent/:id')
  expect((await browser.request('GET', '/status')).status).toBe(200)
  expect(count('GET /v1/user_intent/:id')).toBe(before + 3)

  simulator.failNext('POST /v1/oauth/token', { status: 503 })
  expect((await browser.trip()).body.flow.outcome).toMatchObject({ error: 'exchange_outcome_unknown' })
  expect(count('POST /v1/oauth/token')).toBe(1)

  await browser.trip()
  harness.advance(3 * 60 * 60 * 1000)
  simulator.failNext('POST /v1/oauth/token', { status: 503 }, 2)
  expect(await harness.proxy.getAccessToken('customer-1')).toBeTruthy()
  expect(count('POST /v1/oauth/token')).toBe(5)
})

it('repeats what may be sent once only while nothing of it has left', async () => {
  const { call, timeouts } = setUp([new NotSent('No connection.'), answer(200)], { repeats: 'unsent' })
  expect((await call()).status).toBe(200)
  expect(timeouts).toHaveLength(2)
  for (const outcome of [answer(503), answer(429), new Error('reset')]) {
    const sent = setUp([outcome, answer(200)], { repeats: 'unsent' })
    await sent.call().catch(() => {})
    expect(sent.timeouts).toHaveLength(1)
  }
})

it('gives the next call no more time than the first had when the clock is set back between them', async () => {
  const { call, timeouts } = setUp([answer(503), answer(200)], { takes: -24 * 60 * 60_000 })
  await call()
  expect(timeouts).toEqual([10_000, 10_000])
})
