import { expect, it } from 'vitest'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Deed, Harness, HarnessOptions, TestBrowser } from '../support/harness.ts'

const CREATE = 'POST /v1/user_intent'
const DAY = 24 * 60 * 60 * 1000
const AUTHORIZE_BUSINESS: Deed[] = ['phone 4155550160', 'code', 'consent', 'connect']
const AGAIN = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }

/** A business that the partner has described to Astra, and a browser of its owner. */
async function setUp(firstName = 'Ada', options: HarnessOptions = {}) {
  const harness = createHarness(options)
  const profileId = await profile(harness, firstName)
  const browser = harness.browser({ id: 'business-1', businessProfileId: profileId })
  return { harness, profileId, browser, user: () => harness.simulator.users()[0]?.id ?? '' }
}

/** What the partner's own backend sends; the proxy has no part in it. */
async function profile({ simulator }: Harness, firstName = 'Ada', phone = '+14155550160'): Promise<string> {
  const person = { first_name: firstName, last_name: 'Novak' }
  const body = {
    ...person,
    phone,
    email: 'ada@example.com',
    business_info: { business_type: 'llc', business_name: 'Novak Bakery' },
    business_admin: person,
    business_controller: person,
  }
  const headers = {
    authorization: `Basic ${btoa('simulator:simulator-secret')}`,
    'content-type': 'application/json',
  }
  const request = new Request('http://127.0.0.1:4010/v1/business_profile', {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return ((await (await simulator.fetch(request)).json()) as { id: string }).id
}

async function link(browser: TestBrowser): Promise<URL> {
  return browser.start((await browser.openFlow()).startPath)
}

/** Its query, without what is the same in every link. */
const queryOf = (url: URL) => url.search.replace(/^.*response_type=code&?/, '').replace(/&?state=.*$/, '')

it('is never asked for a personal profile, and cannot send one', async () => {
  const { harness, browser } = await setUp()
  const { step, policy, mayCorrect } = await browser.status()
  expect([step, policy, mayCorrect]).toEqual([
    { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' },
    undefined,
    false,
  ])
  for (const send of ['submit', 'correct'] as const) {
    const { status, body } = await browser[send](ROSA)
    expect([status, body.error]).toMatchObject([
      409,
      {
        code: 'business_has_no_profile',
        message:
          '[astra] A business customer has no personal profile: `identify` gives a `businessProfileId`. Open a flow instead.',
      },
    ])
  }
  expect(harness.simulator.requests.filter(({ route }) => route === CREATE)).toEqual([])
})

it('goes to authorize with its profile, waits for the review, and is complete', async () => {
  const { harness, browser, profileId, user } = await setUp()
  const url = await link(browser)
  expect(queryOf(url)).toBe(`business=true&business_profile_id=${profileId}`)
  const back = await browser.walk(url, AUTHORIZE_BUSINESS)
  await browser.complete(back?.search ?? '')
  expect((await browser.status()).step).toEqual({ name: 'wait', mayAuthorize: false, lasts: 'days' })
  expect(await harness.proxy.status('business-1')).toMatchObject({
    userId: user(),
    userStatus: 'pending',
    userIntentId: null,
  })
  harness.advance(DAY)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('is known by its profile in a navigation too, where `identify` is silent', async () => {
  const { browser, profileId } = await setUp()
  const { startPath } = await browser.openFlow()
  const response = await browser.request('GET', startPath, { headers: { 'x-test-customer': 'null' } })
  expect(response.headers.get('location')).toContain(`business_profile_id=${profileId}`)
})

it('authorizes again by the id of its User', async () => {
  const { harness, browser, user } = await setUp('Approved')
  await browser.trip(AUTHORIZE_BUSINESS)
  harness.advance(11 * DAY)
  expect((await browser.status()).step).toEqual(AGAIN)
  const url = await link(browser)
  expect(queryOf(url)).toBe(`user_id=${user()}`)
  const back = await browser.walk(url, AUTHORIZE)
  expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('keeps its first User: another one is refused later', async () => {
  const { harness, browser, user } = await setUp('Approved')
  await harness.browser('person').onboard()
  const person = harness.simulator.users()[0]
  await browser.trip(AUTHORIZE_BUSINESS)
  const business = harness.simulator.users()[1]
  expect(await harness.proxy.status('business-1')).toMatchObject({ userId: business?.id })
  await harness.proxy.forget('person')
  harness.advance(11 * DAY)
  await browser.status()
  const url = await link(browser)
  url.searchParams.delete('user_id')
  const back = await browser.walk(url, AUTHORIZE)
  expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toMatchObject({
    state: 'failed',
    error: 'identity_mismatch',
  })
  expect(await harness.proxy.status('business-1')).toMatchObject({ userId: business?.id, authorized: false })
  expect(user()).toBe(person?.id)
})

it('does not get the User of another customer, not even as its first', async () => {
  const { harness, browser } = await setUp()
  await harness.browser('person').onboard()
  const url = await link(browser)
  for (const name of ['business', 'business_profile_id']) url.searchParams.delete(name)
  const back = await browser.walk(url, AUTHORIZE)
  expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toMatchObject({
    error: 'identity_mismatch',
  })
  expect(await harness.proxy.status('business-1')).toMatchObject({ userId: null, authorized: false })
})

it.each([
  ['Retry', 'verify-business', '/verify/business', 'correction'],
  ['Document', 'verify-document', '/verify/document', 'document'],
] as const)('in %s goes to %s and back', async (firstName, flow, path, deed) => {
  const { harness, browser, user } = await setUp(firstName)
  await browser.trip(['phone 4155550160', 'code', deed, 'consent', 'connect'], () =>
    harness.simulator.setUserStatus(user(), firstName === 'Retry' ? 'retry' : 'document'),
  )
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow })
  const url = await link(browser)
  expect([url.pathname, [...url.searchParams.keys()]]).toEqual([path, ['client_id', 'redirect_uri', 'state']])
  const back = await browser.walk(url, [deed])
  expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'returned' })
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each(['rejected', 'suspended'] as const)(
  'that is %s is stopped, also when its authorization is over',
  async (status) => {
    const { harness, browser, user } = await setUp('Approved')
    await browser.trip(AUTHORIZE_BUSINESS)
    harness.simulator.setUserStatus(user(), status)
    harness.advance(6_000)
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: status })
    harness.advance(11 * DAY)
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: status })
    await expect(browser.openFlow()).rejects.toThrow('flow_not_needed')
  },
)

it('signs up without an SMS code after Trusted Authentication, by its profile, then by its User', async () => {
  const { harness, profileId, user } = await setUp('Approved', {
    proxy: { trustedAuthentication: { provider: 'AcmeWallet' } },
  })
  const lastAuthenticatedAt = Date.parse('2026-11-23T18:00:00Z')
  const browser = harness.browser({
    id: 'business-1',
    businessProfileId: profileId,
    phone: '+14155550160',
    lastAuthenticatedAt,
  })
  const first = await link(browser)
  expect(first.searchParams.get('session_token')).toMatch(/^st_/)
  expect(first.searchParams.get('business_profile_id')).toBe(profileId)
  const back = await browser.walk(first, ['consent', 'connect'])
  await browser.complete(back?.search ?? '')
  harness.advance(11 * DAY)
  await browser.status()
  const again = await link(browser)
  expect(again.searchParams.get('session_token')).toMatch(/^st_/)
  expect([again.searchParams.get('user_id'), again.searchParams.get('business_profile_id')]).toEqual([
    user(),
    null,
  ])
})

it('links a card once it is approved', async () => {
  const { harness, browser } = await setUp()
  await browser.trip(AUTHORIZE_BUSINESS)
  const ask = async (flowId = '') => (await browser.status(`?goal=link-card&flow=${flowId}`)).step
  expect(await ask()).toMatchObject({ name: 'wait' })
  harness.advance(DAY)
  expect(await ask()).toEqual({ name: 'hosted-flow', flow: 'link-card', reason: 'card' })
  const { flow, startPath } = await browser.openFlow('redirect', 'link-card')
  // The module has forgotten the browser since yesterday.
  const deeds: Deed[] = ['phone 4155550160', 'code', 'card approved']
  await browser.complete((await browser.walk(await browser.start(startPath), deeds))?.search ?? '')
  expect(await ask(flow.id)).toEqual({ name: 'complete' })
})

it.each([
  ['another profile', (id: string) => ({ businessProfileId: `${id}-2` })],
  ['none any more', () => ({})],
])('keeps one profile’s authorization from %s', async (_, given) => {
  const harness = createHarness()
  const businessProfileId = await profile(harness)
  await harness.browser({ id: 'business-1', businessProfileId }).trip(AUTHORIZE_BUSINESS)
  const other = harness.browser({ id: 'business-1', ...given(businessProfileId) })
  const response = await other.request('GET', '/status')
  expect(response.status).toBe(500)
  expect(harness.logs).toEqual([
    [
      { code: 'configuration_invalid', route: 'GET /status', customer: 'business-1' },
      'refused: `identify` answered another `businessProfileId` than before for a customer who is known to Astra already. Give every business profile, and the person themselves, a customer id of its own.',
    ],
  ])
  const own = await harness.browser({ id: 'business-1', businessProfileId }).status()
  expect(own.step).toMatchObject({ name: 'wait' })
})

it('may say of whom it was imported that they are a business', async () => {
  const harness = createHarness()
  await harness.proxy.import('business-1', { userId: 'user-1' })
  const browser = harness.browser({ id: 'business-1', businessProfileId: await profile(harness) })
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow' })
})
