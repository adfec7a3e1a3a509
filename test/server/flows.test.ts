import { describe, expect, it } from 'vitest'
import type { ErrorAnswer } from '../../src/core/contract.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'
import { createDoorkeeper } from '../support/held-request.ts'

const HOUR = 60 * 60 * 1000
const BODY = { goal: 'onboard', presentation: 'popup', returnTo: `${ORIGIN}/cards` }

/** A browser whose customer has to authorize next. */
async function submitted(harness: Harness): Promise<TestBrowser> {
  const browser = harness.browser()
  await browser.submit()
  return browser
}

/** Storage that writes down what was looked for. */
function recordingReads(): AstraStorage & { finds: string[] } {
  const storage = memoryStorage()
  const finds: string[] = []
  const find: AstraStorage['find'] = (kind, index, ...rest) => {
    finds.push(`${kind} by ${index}`)
    return storage.find(kind, index, ...rest)
  }
  return { ...storage, find, finds }
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
  [
    'http://localhost:3000/api/astra/return',
    /^astra-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
  ],
  [
    `${ORIGIN}/api/astra/return`,
    /^__Host-astra-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  ],
])('sets the cookie of the redirect URI %s, once per browser', async (redirectUri, cookie) => {
  const env = { ASTRA_REDIRECT_URI: redirectUri }
  const browser = await submitted(createHarness({ env, proxy: { allowedOrigins: [ORIGIN] } }))
  const open = async () => (await browser.request('POST', '/flows', { body: BODY })).headers.getSetCookie()
  const first = await open()
  expect(first).toEqual([expect.stringMatching(cookie)])
  expect(await open()).toEqual(first)
})

describe('the first flows of two windows at once', () => {
  /** The slow window's answer comes after everything that the fast one has done with `meanwhile`. */
  async function race(meanwhile: (fast: TestBrowser, startPath: string) => Promise<void>) {
    const door = createDoorkeeper()
    const identify = async (request: Request) => {
      await door.pass(request)
      return { id: 'customer-1' }
    }
    const harness = createHarness({ proxy: { identify } })
    const browser = await submitted(harness)
    const isOpening = ({ url }: Request) => url.endsWith('/flows')
    const held = door.holdNext(isOpening)
    const slow = browser.openFlow()
    await held.arrived
    const { startPath } = await browser.openFlow()
    await meanwhile(browser, startPath)
    held.open()
    return { browser, startPath, slow: await slow }
  }

  it('can both be started, and seen', async () => {
    const { browser, startPath, slow } = await race(async () => {})
    await browser.start(startPath)
    await browser.start(slow.startPath)
    expect((await browser.status(`?flow=${slow.flow.id}`)).flow).toMatchObject({ id: slow.flow.id })
  })

  it.each(['with', 'without'])('can both be finished, %s our state', async (how) => {
    let back = ''
    const { browser } = await race(async (fast, startPath) => {
      const returned = await fast.walk(await fast.start(startPath), AUTHORIZE)
      if (how === 'without') returned?.searchParams.delete('state')
      back = returned?.search ?? ''
    })
    expect((await browser.complete(back)).body.flow.outcome).toEqual({ state: 'authorized' })
  })

  it('leave cookies of which a later flow takes the first', async () => {
    const { browser } = await race(async () => {})
    const cookies = browser.cookie().split('; ')
    expect(cookies).toHaveLength(2)
    const { headers } = await browser.request('POST', '/flows', { body: BODY })
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(new RegExp(`^${cookies[0]};`))])
    expect(browser.cookie().split('; ')).toEqual(cookies)
  })
})

it('looks at eight cookies, however many there are', async () => {
  const storage = recordingReads()
  const harness = createHarness({ proxy: { storage } })
  const browser = await submitted(harness)
  const { startPath } = await browser.openFlow()
  const own = browser.cookie()
  const planted = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const text = String(index).padStart(8, '0')
      return `__Host-astra-${text}=${text.padEnd(43, 'A')}`
    })
  const open = (cookies: string[]) =>
    harness.browser().request('GET', startPath, { headers: { cookie: cookies.join('; ') } })
  expect((await open([...planted(7), own])).status).toBe(302)
  expect((await open([...planted(8), own])).status).toBe(404)
  storage.finds.length = 0
  const headers = { cookie: planted(300).join('; ') }
  await harness.browser().request('POST', '/flows/complete', { body: { query: '' }, headers })
  expect(storage.finds).toEqual(Array.from({ length: 8 }, () => 'flow by browser'))
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
