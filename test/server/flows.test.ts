import { expect, it } from 'vitest'
import type { ErrorAnswer } from '../../src/core/contract.ts'
import { createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'

const HOUR = 60 * 60 * 1000
const BODY = { goal: 'onboard', presentation: 'popup', returnTo: `${ORIGIN}/cards` }

/** A browser whose customer has to authorize next. */
async function submitted(harness: Harness): Promise<TestBrowser> {
  const browser = harness.browser()
  await browser.submit()
  return browser
}

const flowsOf = (harness: Harness) => harness.storage.find('flow', 'customer', 'customer-1')

it('opens the flow that the step asks for and answers no more than its id and path', async () => {
  const browser = await submitted(createHarness())
  const response = await browser.request('POST', '/flows', { body: BODY })
  expect(response.status).toBe(201)
  const answer = (await response.json()) as { flow: { id: string } }
  expect(answer).toEqual({
    flow: { id: answer.flow.id, flow: 'authorize', presentation: 'popup', outcome: { state: 'open' } },
    startPath: `/flows/${answer.flow.id}/start`,
  })
  expect(answer.flow.id).toMatch(/^[\w-]{22}$/)
})

it.each([
  'https://evil.example/cards',
  'https://bank.test.evil.example/',
  'http://bank.test/cards',
  'https://bank.test:8443/cards',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://someone@bank.test/cards',
  'https://:secret@bank.test/cards',
  '/cards',
  '//bank.test/cards',
  '\\\\bank.test',
  'blob:https://bank.test/cards',
  '',
])('refuses to return to %s', async (returnTo) => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const response = await browser.request('POST', '/flows', { body: { ...BODY, returnTo } })
  expect(response.status).toBe(400)
  expect(((await response.json()) as ErrorAnswer).error).toMatchObject({
    code: 'return_to_refused',
    message:
      '[astra] `returnTo` is not an absolute URL on an allowed origin. Add its origin to `allowedOrigins`.',
  })
  expect(await flowsOf(harness)).toEqual([])
})

it('returns to every allowed origin', async () => {
  const allowedOrigins = [ORIGIN, 'https://app.example']
  const browser = await submitted(createHarness({ proxy: { allowedOrigins } }))
  const body = { ...BODY, returnTo: 'https://app.example/x' }
  expect((await browser.request('POST', '/flows', { body })).status).toBe(201)
})

it('refuses the thirty-first flow within an hour, for this customer only', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  for (let count = 0; count < 30; count++) await browser.openFlow()
  harness.advance(HOUR - 1)
  const refused = await browser.request('POST', '/flows', { body: BODY })
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(((await refused.json()) as ErrorAnswer).error).toMatchObject({
    code: 'too_many_requests',
    retryable: true,
    retryAfterSeconds: 1,
    message:
      '[astra] Too many of these requests were made for this customer, person or network. `retryAfterSeconds` says how long to wait.',
  })
  expect(await flowsOf(harness)).toHaveLength(30)
  const other = harness.browser('customer-2')
  await other.submit({ ...ROSA, email: 'mia@example.com', phone: '4155550143' })
  await other.openFlow()
  harness.advance(1)
  await browser.openFlow()
})

it.each([
  ['http://localhost:3000/api/astra/return', /^astra=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/],
  [`${ORIGIN}/api/astra/return`, /^__Host-astra=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/],
])('sets the cookie of the redirect URI %s, once per browser', async (redirectUri, cookie) => {
  const env = { ASTRA_REDIRECT_URI: redirectUri }
  const browser = await submitted(createHarness({ env, proxy: { allowedOrigins: [ORIGIN] } }))
  const open = async () => (await browser.request('POST', '/flows', { body: BODY })).headers.getSetCookie()
  const first = await open()
  expect(first).toEqual([expect.stringMatching(cookie)])
  expect(await open()).toEqual(first)
})

it('stores neither the cookie nor the state as they are', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const response = await browser.request('POST', '/flows', { body: BODY })
  const { startPath } = (await response.json()) as { startPath: string }
  const cookie = response.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? ''
  const secret = (await browser.start(startPath)).searchParams.get('state')?.split('.')[2] ?? ''
  expect([cookie, secret]).toEqual([
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{43}$/),
  ])
  const stored = JSON.stringify(await flowsOf(harness))
  expect(stored).not.toContain(cookie)
  expect(stored).not.toContain(secret)
})

it('hides a flow from another browser and another customer', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const { flow } = await browser.openFlow()
  const path = `/status?flow=${flow.id}`
  const other = { 'x-test-customer': '{"id":"customer-2"}' }
  expect(await (await browser.request('GET', path)).json()).toMatchObject({ flow })
  expect(await (await browser.request('GET', path, { headers: other })).json()).not.toHaveProperty('flow')
  expect(await harness.browser().status(`?flow=${flow.id}`)).not.toHaveProperty('flow')
})

it('tells the browser no id, URL, token or secret of Astra during a whole journey', async () => {
  const harness = createHarness()
  const texts: string[] = []
  const { fetch } = harness.proxy
  harness.proxy.fetch = async (request, platform) => {
    const response = await fetch(request, platform)
    if (response.headers.get('content-type') === 'application/json') texts.push(await response.clone().text())
    return response
  }
  const browser = harness.browser()
  await browser.status()
  await browser.submit()
  await browser.trip(['cancel'])
  await browser.trip()
  await browser.status()
  expect(texts.length).toBeGreaterThanOrEqual(7)
  const user = harness.simulator.users()[0]
  const secrets = [
    harness.simulator.intents()[0]?.id,
    user?.id,
    user?.access?.token,
    user?.refresh[0]?.token,
    'simulator-secret',
    '127.0.0.1:4010',
    'oauth',
    'user_intent',
  ]
  for (const secret of secrets) {
    expect(secret).toBeTruthy()
    expect(texts.join('\n')).not.toContain(secret)
  }
})
