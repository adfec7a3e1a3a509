import { expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const grants = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token').length

it('stores nothing of another User than the one that the customer’s token has spoken for before', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.onboard()
  harness.advance(61_000)
  harness.simulator.failNext('GET /v1/user', {
    status: 200,
    body: { id: 'another', status: 'rejected' },
  })
  expect((await browser.request('GET', '/status')).status).toBe(502)
  expect(harness.logs).toMatchObject([
    [
      { code: 'astra_unexpected' },
      "refused: Astra answered another User to this customer's token than before. Nothing of it was stored.",
    ],
  ])
  harness.advance(61_000)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each([
  [{ status: 429 }, 503, 'astra_unavailable'],
  [{ status: 500 }, 503, 'astra_unavailable'],
  [{ network: 'before' as const }, 503, 'astra_unavailable'],
  [{ status: 401 }, 502, 'astra_refused_client'],
  [{ status: 404 }, 502, 'astra_unexpected'],
  [{ status: 200, body: [] }, 502, 'astra_unexpected'],
  [{ status: 200, body: { status: 'paused' } }, 502, 'astra_unexpected'],
])('answers %j to the read of an intent with %i %s, logs it, and recovers', async (fault, status, code) => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  harness.simulator.failNext('GET /v1/user_intent/:id', fault)
  const response = await browser.request('GET', '/status')
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error: { code } })
  expect(harness.logs).toEqual([
    [expect.objectContaining({ code, route: 'GET /status' }), expect.stringMatching(/^refused/)],
  ])
  // Astra was asked just now, whatever it answered.
  expect((await browser.status()).step).toMatchObject({ name: 'wait' })
  harness.advance(6_000)
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
})

it.each([
  [{ status: 503 }, 503, 'astra_unavailable'],
  [{ status: 403 }, 502, 'astra_unexpected'],
  [{ status: 200, body: { id: 'u', status: 'paused' } }, 502, 'astra_unexpected'],
  [{ status: 200, body: { id: '', status: 'approved' } }, 502, 'astra_unexpected'],
])(
  'answers %j to the read of a user with %i %s, without a refresh, and recovers',
  async (fault, status, code) => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.onboard()
    harness.advance(6_000)
    harness.simulator.failNext('GET /v1/user', fault)
    const response = await browser.request('GET', '/status')
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
    expect(grants(harness)).toBe(1)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  },
)

it('says how to go on when Astra answers a status that is not known', async () => {
  const harness = createHarness()
  await harness.browser().submit()
  harness.advance(6_000)
  harness.simulator.failNext('GET /v1/user_intent/:id', { status: 200, body: { status: 'paused' } })
  await expect(harness.proxy.status('customer-1')).rejects.toThrow(
    '[astra] Astra answered a user intent status that this version does not know. Upgrade astra-onboarding.',
  )
})

it('writes no log line for a request that was at fault itself', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  expect((await browser.request('DELETE', '/status')).status).toBe(405)
  expect((await browser.submit({})).status).toBe(422)
  expect(harness.logs).toEqual([])
})

it('warns of addresses that no route is for, once a minute and without them', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  const go = async () => {
    for (const path of ['/callback?code=1', '/nowhere'])
      expect((await browser.request('GET', path)).status).toBe(404)
  }
  await go()
  harness.advance(60_000)
  await go()
  const warning = (count: number) => [
    { code: 'route_not_found', count },
    'a request was for no route of the proxy: they are all below /api/astra. Check that the mount, `basePath` here and in the widget, and ASTRA_REDIRECT_URI agree',
  ]
  expect(harness.logs).toEqual([warning(1), warning(2)])
})

it('answers a bare 500 and logs no more than its kind when the code of the partner fails', async () => {
  const clientIp = () => {
    throw new RangeError('rosa@example.com')
  }
  const harness = createHarness({ proxy: { clientIp } })
  const response = await harness.browser().request('POST', '/user-intents', { body: { profile: ROSA } })
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({
    error: { code: 'internal', message: '[astra] The proxy failed. The log has the cause.' },
  })
  expect(harness.logs).toEqual([
    [
      expect.objectContaining({ code: 'internal', cause: 'RangeError' }),
      'refused: `clientIp` threw; `cause` has the class of the error.',
    ],
  ])
  expect(JSON.stringify(harness.logs)).not.toContain('rosa')
})

it("tells the partner's backend the ids and statuses of a customer", async () => {
  const harness = createHarness()
  const browser = harness.browser()
  const nothing = { userIntentId: null, userIntentStatus: null, userId: null, userStatus: null }
  expect(await harness.proxy.status('customer-1')).toEqual({
    ...nothing,
    step: { name: 'collect-profile' },
    reference: (await browser.status()).reference,
    authorized: false,
    fruitlessReturns: 0,
  })
  await browser.onboard()
  expect(await harness.proxy.status('customer-1')).toEqual({
    step: { name: 'complete' },
    reference: (await browser.status()).reference,
    userIntentId: harness.simulator.intents()[0]?.id,
    userIntentStatus: 'converted_to_user',
    userId: harness.simulator.users()[0]?.id,
    userStatus: 'approved',
    authorized: true,
    fruitlessReturns: 0,
  })
})

it('answers 304 without a body until something changes', async () => {
  const browser = createHarness().browser()
  const etag = (await browser.request('GET', '/status')).headers.get('etag') ?? ''
  const headers = { 'if-none-match': etag }
  const same = await browser.request('GET', '/status', { headers })
  expect([same.status, await same.text(), same.headers.get('cache-control')]).toEqual([304, '', 'no-store'])
  await browser.submit()
  expect((await browser.request('GET', '/status', { headers })).status).toBe(200)
})

it('says how to go on when Astra does not know the intent, as after a restart of the simulator without its data', async () => {
  const before = createHarness()
  await before.browser().submit()
  const after = createHarness({ proxy: { storage: before.storage } })
  const response = await after.browser().request('GET', '/status')
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect([response.status, error.code]).toEqual([502, 'astra_unexpected'])
  // The browser hears nothing of it.
  expect(error.message).toBe(
    '[astra] Astra answered something this version does not understand. The log has its request id.',
  )
  expect(after.logs).toEqual([
    [
      expect.anything(),
      'refused: Astra does not know the user intent or User that is stored for this customer. If it is the simulator: it was restarted without --data. Otherwise check ASTRA_CLIENT_ID and ASTRA_ENVIRONMENT; if both are right, proxy.forget(id) lets the customer begin anew.',
    ],
  ])

  await after.proxy.forget('customer-1')
  expect((await after.browser().status()).step).toEqual({ name: 'collect-profile' })
})

it('does not blame what is stored when Astra refuses a read with another status', async () => {
  const harness = createHarness()
  await harness.browser().submit()
  harness.simulator.failNext('GET /v1/user_intent/:id', { status: 403 })
  const { error } = (await (await harness.browser().request('GET', '/status')).json()) as {
    error: { message: string }
  }
  expect(error.message).toBe(
    '[astra] Astra answered something this version does not understand. The log has its request id.',
  )
})
