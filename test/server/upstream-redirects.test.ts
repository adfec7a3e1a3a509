import { expect, it } from 'vitest'
import { createHarness } from '../support/harness.ts'

const ELSEWHERE = { status: 302, headers: { location: 'https://evil.example/v1/user' } }

it.each([
  ['POST /v1/user_intent', 'intent_outcome_unknown'],
  ['GET /v1/user_intent/:id', 'astra_unexpected'],
] as const)('takes a redirect in answer to %s for an error, %s, and goes nowhere', async (route, code) => {
  const harness = createHarness()
  const browser = harness.browser()
  if (route.startsWith('GET')) await browser.submit()
  harness.advance(6_000)
  const before = harness.simulator.requests.length
  harness.simulator.failNext(route, ELSEWHERE)
  const response = route.startsWith('GET') ? await browser.request('GET', '/status') : await browser.submit()
  const body: unknown = response instanceof Response ? await response.json() : response.body
  expect(body).toMatchObject({ error: { code } })
  expect(harness.simulator.requests.length - before).toBe(1)
})

it('keeps no token of a redirect that answers the exchange of a code', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  harness.simulator.failNext('POST /v1/oauth/token', {
    ...ELSEWHERE,
    body: { access_token: 'at_x', refresh_token: 'rt_x', expires_in: 7200, token_type: 'bearer' },
  })
  expect((await browser.trip()).body.flow.outcome).toMatchObject({ error: 'exchange_outcome_unknown' })
  await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
    code: 'reauthorization_required',
  })
})

it('tells fetch to follow none, so that the credentials go nowhere else', async () => {
  const modes: string[] = []
  const harness = createHarness({
    proxy: {
      fetch: (request) => {
        modes.push(request.redirect)
        return harness.simulator.fetch(request)
      },
    },
  })
  await harness.browser().onboard()
  expect(modes.length).toBeGreaterThan(3)
  expect(new Set(modes)).toEqual(new Set(['manual']))
})
