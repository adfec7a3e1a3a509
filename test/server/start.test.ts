import { expect, it } from 'vitest'
import { AUTHORIZE, createHarness } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'

const HOUR = 60 * 60 * 1000

/** A browser whose customer has to authorize next. */
async function submitted(harness: Harness): Promise<TestBrowser> {
  const browser = harness.browser()
  await browser.submit()
  return browser
}

/** Follows a start path as a navigation. */
async function start(browser: TestBrowser, startPath: string, headers: Record<string, string> = {}) {
  const response = await browser.request('GET', startPath, {
    headers: { 'sec-fetch-mode': 'navigate', ...headers },
  })
  return { status: response.status, headers: response.headers, page: await response.text() }
}

it('starts with a redirect to Astra that is neither stored nor named as a referrer', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const { startPath, flow } = await browser.openFlow()
  const { status, headers, page } = await start(browser, startPath)
  expect([status, page]).toEqual([302, ''])
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  const intent = harness.simulator.intents()[0]?.id ?? ''
  const [url, secret] = headers.get('location')?.split(`&state=astra.${flow.id}.`) ?? []
  expect(url).toBe(
    `http://127.0.0.1:4010/login/oauth/authorize?client_id=simulator&redirect_uri=https%3A%2F%2Fbank.test%2Fapi%2Fastra%2Freturn&response_type=code&user_intent_id=${intent}&phone=4155550142&phone_read_only=true`,
  )
  expect(secret).toMatch(/^[\w-]{43}$/)
})

it('starts a correction without the parameters of authorize', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  await browser.trip(AUTHORIZE, () =>
    harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'retry'),
  )
  const { startPath } = await browser.openFlow()
  const url = await browser.start(startPath)
  expect(url.href.replace(/&state=.*/, '')).toBe(
    'http://127.0.0.1:4010/verify/personal?client_id=simulator&redirect_uri=https%3A%2F%2Fbank.test%2Fapi%2Fastra%2Freturn',
  )
})

it.each([
  ['user_intent_id', 'intents'],
  ['user_id', 'users'],
] as const)(
  'sends a converted person to authorize again with %s when the partner chose it',
  async (name, list) => {
    const harness = createHarness({ proxy: { reauthorizeWith: name } })
    const browser = harness.browser()
    await browser.onboard()
    harness.advance(11 * 24 * HOUR)
    await browser.status()
    const { startPath } = await browser.openFlow()
    const query = (await browser.start(startPath)).searchParams
    const sent = ['user_intent_id', 'user_id'].filter((parameter) => query.has(parameter))
    expect([sent, query.get(name)]).toEqual([[name], harness.simulator[list]()[0]?.id])
  },
)

it('starts again after a reload, and either state comes back', async () => {
  const browser = await submitted(createHarness())
  const { startPath } = await browser.openFlow()
  const first = await browser.start(startPath)
  const second = await browser.start(startPath)
  expect(first.searchParams.get('state')).not.toBe(second.searchParams.get('state'))
  const returned = await browser.walk(first, AUTHORIZE)
  expect((await browser.complete(returned?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('refuses to start in another browser', async () => {
  const harness = createHarness()
  const { startPath } = await (await submitted(harness)).openFlow()
  const other = harness.browser()
  const without = await start(other, startPath)
  expect([without.status, without.headers.get('location')]).toEqual([404, null])
  expect(without.page).toContain('This link belongs to another window')
  await other.openFlow()
  expect((await start(other, startPath)).status).toBe(404)
})

it('refuses to start for another customer who is signed in, and starts when nobody is', async () => {
  const browser = await submitted(createHarness())
  const { startPath } = await browser.openFlow()
  const other = await start(browser, startPath, { 'x-test-customer': '{"id":"customer-2"}' })
  expect([other.status, other.headers.get('location')]).toEqual([404, null])
  expect((await start(browser, startPath, { 'x-test-customer': 'null' })).status).toBe(302)
})

it('starts within the hour and not after it', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const { startPath, flow } = await browser.openFlow()
  harness.advance(59 * 60_000)
  expect((await start(browser, startPath)).status).toBe(302)
  harness.advance(60_000)
  const late = await start(browser, startPath)
  expect([late.status, late.headers.get('location')]).toEqual([404, null])
  expect((await browser.status(`?flow=${flow.id}`)).flow?.outcome).toEqual({ state: 'expired' })
})

it('refuses to start a finished flow', async () => {
  const browser = await submitted(createHarness())
  const { startPath } = await browser.openFlow()
  const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
  await browser.complete(returned?.search ?? '')
  const again = await start(browser, startPath)
  expect([again.status, again.headers.get('location')]).toEqual([409, null])
  expect(again.page).toContain('This is done already')
})

it.each(['cors', 'no-cors', 'same-origin', 'websocket'])(
  'refuses to start for a script (%s)',
  async (mode) => {
    const browser = await submitted(createHarness())
    const { startPath } = await browser.openFlow()
    const refused = await start(browser, startPath, { 'sec-fetch-mode': mode })
    expect([refused.status, refused.headers.get('location')]).toEqual([403, null])
  },
)

it('says so when Astra does not answer at the start, and starts on a reload', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  const { startPath } = await browser.openFlow()
  harness.simulator.failNext('GET /v1/user_intent/:id', { network: 'before' })
  const failed = await start(browser, startPath)
  expect([failed.status, failed.page.includes('Astra is not answering')]).toEqual([503, true])
  expect((await start(browser, startPath)).status).toBe(302)
})

it('serves a flow that is started several times at once', async () => {
  const browser = createHarness().browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  const urls = await Promise.all([1, 2, 3].map(() => browser.start(startPath)))
  expect(new Set(urls.map((url) => url.searchParams.get('state'))).size).toBe(3)
})

it.each([
  ['works', 302, () => {}],
  [
    'fails at Astra',
    503,
    ({ simulator }: Harness) => simulator.failNext('GET /v1/user_intent/:id', { status: 503 }),
  ],
] as const)(
  'starts a flow ten times, and asks Astra no more after that, when each start %s',
  async (_, expected, prepare) => {
    const harness = createHarness()
    const browser = await submitted(harness)
    const { startPath } = await browser.openFlow()
    const reads = () =>
      harness.simulator.requests.filter(({ route }) => route === 'GET /v1/user_intent/:id').length
    const before = reads()
    for (let count = 0; count < 10; count++) {
      prepare(harness)
      expect((await start(browser, startPath)).status).toBe(expected)
    }
    const late = await start(browser, startPath)
    expect([late.status, late.headers.get('location')]).toEqual([409, null])
    expect(reads() - before).toBe(10)
  },
)

it('shows a page when code of the partner throws at the start, and logs the class of the error alone', async () => {
  let isBroken = false
  const random = (bytes: Uint8Array<ArrayBuffer>) => {
    if (isBroken) throw new TypeError('no numbers for rosa@example.com')
    crypto.getRandomValues(bytes)
  }
  const harness = createHarness({ proxy: { random } })
  const browser = await submitted(harness)
  const { startPath } = await browser.openFlow()
  isBroken = true
  const { status, headers, page } = await start(browser, startPath)
  expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
  expect(page).toContain('This page could not be opened')
  expect(harness.logs).toEqual([
    [{ code: 'internal', route: 'GET /flows/:id/start', cause: 'TypeError' }, 'a flow could not start'],
  ])
  isBroken = false
  expect((await start(browser, startPath)).status).toBe(302)
})

it('sends nobody to Astra who has been stopped since the flow was opened', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  await browser.status()
  const { startPath } = await browser.openFlow()
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', 'rejected')
  await harness.simulator.webhooks.deliver()
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'rejected' })
  const refused = await start(browser, startPath)
  expect([refused.status, refused.headers.get('location')]).toEqual([409, null])
  expect(refused.page).toContain('This is done already')
})

it('leaves no line in the log for whoever tries ids of flows, or comes back to one that is done; the audit has them', async () => {
  const harness = createHarness()
  const browser = await submitted(harness)
  for (const id of ['x', 'y']) expect((await start(browser, `/flows/${id}/start`)).status).toBe(404)
  await browser.request('GET', '/flows/x/start', { headers: { 'sec-fetch-mode': 'cors' } })
  expect(harness.logs).toEqual([])
  const refusals = harness.audits.filter(({ event }) => event === 'request.refuse')
  expect(refusals.map(({ outcome }) => outcome)).toEqual([
    'flow_not_found',
    'flow_not_found',
    'cross_site_request',
  ])
})
