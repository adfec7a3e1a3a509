import { describe, expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness, HarnessOptions, TestBrowser } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const DAY = 24 * 60 * 60 * 1000
const AGAIN = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }

const intentOf = ({ simulator }: Harness) => simulator.intents()[0]?.id ?? ''
const userOf = ({ simulator }: Harness) => simulator.users()[0]?.id ?? ''
const refreshTokenOf = ({ simulator }: Harness) => simulator.users()[0]?.refresh.at(-1)?.token ?? ''

/** The next link to `authorize`, for somebody who is signed in to the partner. */
async function link(browser: TestBrowser): Promise<URL> {
  const response = await browser.request('GET', (await browser.openFlow()).startPath)
  return new URL(response.headers.get('location') ?? '')
}

/** The parameters of the link that say whom it is for. */
async function subject(browser: TestBrowser) {
  const names = ['user_intent_id', 'user_id', 'phone', 'phone_read_only']
  const query = (await link(browser)).searchParams
  return Object.fromEntries([...query].filter(([name]) => names.includes(name)))
}

describe('proxy.import', () => {
  /** Somebody whom Astra knows and this proxy does not. */
  async function knownAtAstra(options: HarnessOptions = {}, isOnboarded = true) {
    const harness = createHarness(options)
    const before = harness.browser('earlier')
    await (isOnboarded ? before.onboard() : before.submit())
    await harness.proxy.forget('earlier')
    harness.advance(6_000)
    return { harness, browser: harness.browser() }
  }

  it('refuses a user intent that is another customer’s already', async () => {
    const { harness } = await knownAtAstra({}, false)
    await harness.proxy.import('customer-1', { userIntentId: intentOf(harness) })
    const again = harness.proxy.import('customer-2', { userIntentId: intentOf(harness) })
    await expect(again).rejects.toMatchObject({ code: 'identity_mismatch' })
    expect(await harness.storage.get('customer', 'customer-2')).toBeNull()
  })

  it('takes a user intent that nobody has signed in with', async () => {
    const { harness, browser } = await knownAtAstra({}, false)
    await harness.proxy.import('customer-1', { userIntentId: intentOf(harness) })
    expect((await browser.status()).step).toEqual({ ...AGAIN, reason: 'first-time' })
    expect(await subject(browser)).toMatchObject({ user_intent_id: intentOf(harness), phone: '4155550142' })
    await browser.trip()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    expect(harness.audits).toContainEqual({
      event: 'customer.import',
      customer: 'customer-1',
      outcome: 'imported',
    })
  })

  it.each(['intent', 'intent and user'])('takes a converted user intent (%s)', async (given) => {
    const { harness, browser } = await knownAtAstra()
    await harness.proxy.import('customer-1', {
      userIntentId: intentOf(harness),
      ...(given === 'intent and user' && { userId: userOf(harness) }),
    })
    expect((await browser.status()).step).toEqual(AGAIN)
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      userId: userOf(harness),
      authorized: false,
    })
    await browser.trip()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('takes the id of a User alone: they authorize again, and are never asked for a profile', async () => {
    const { harness, browser } = await knownAtAstra()
    await harness.proxy.import('customer-1', { userId: userOf(harness) })
    expect((await browser.status()).step).toEqual(AGAIN)
    expect(await subject(browser)).toEqual({ user_id: userOf(harness) })
    expect((await browser.submit()).body.error?.code).toBe('intent_exists')
    await browser.trip()
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      step: { name: 'complete' },
      userId: userOf(harness),
    })
  })

  it('drops the tokens of anybody else than the User it was told of', async () => {
    const { harness, browser } = await knownAtAstra()
    await harness.browser('other').onboard({ ...ROSA, phone: '4155550143', email: 'mia@example.com' })
    await harness.proxy.import('customer-1', { userId: userOf(harness) })
    const url = await browser.start((await browser.openFlow()).startPath)
    url.searchParams.delete('user_id')
    const back = await browser.walk(url, ['phone 4155550143', 'code', 'consent', 'connect'])
    expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toMatchObject({
      error: 'identity_mismatch',
    })
  })

  it.each([
    ['a refresh token', []],
    ['a refresh token and the User', ['userId']],
    ['a refresh token and the intent', ['userIntentId']],
    ['everything', ['userId', 'userIntentId']],
  ])('takes %s, which is used at once', async (_, given) => {
    const { harness, browser } = await knownAtAstra()
    const ids = { userId: userOf(harness), userIntentId: intentOf(harness) }
    const known = Object.fromEntries(Object.entries(ids).filter(([name]) => given.includes(name)))
    const refreshToken = refreshTokenOf(harness)
    await harness.proxy.import('customer-1', { ...known, refreshToken })
    expect(refreshTokenOf(harness)).not.toBe(refreshToken)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    expect(await harness.proxy.getAccessToken('customer-1')).toBe(harness.simulator.users()[0]?.access?.token)
    harness.advance(11 * DAY)
    expect((await browser.status()).step).toEqual(AGAIN)
    await browser.trip()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('notices that the phone has changed since the intent', async () => {
    const { harness, browser } = await knownAtAstra()
    harness.simulator.changePhone(userOf(harness), '+14155550199')
    await harness.proxy.import('customer-1', {
      userIntentId: intentOf(harness),
      refreshToken: refreshTokenOf(harness),
    })
    harness.advance(11 * DAY)
    await browser.status()
    expect(await subject(browser)).toEqual({})
  })

  it.each([
    [
      'nothing',
      () => ({}),
      'customer_import_refused',
      '[astra] proxy.import: Astra does not accept the refresh token, or nothing was given. The customer can authorize again instead.',
    ],
    [
      'a dead refresh token',
      () => ({ refreshToken: 'rt_dead' }),
      'customer_import_refused',
      '[astra] proxy.import: Astra does not accept the refresh token, or nothing was given. The customer can authorize again instead.',
    ],
    [
      'an intent that Astra does not know',
      () => ({ userIntentId: 'ui_gone' }),
      'customer_import_refused',
      '[astra] proxy.import: Astra does not know `userIntentId`. Is it of this client and environment? Nothing was stored.',
    ],
    [
      'a refresh token whose User Astra does not know',
      (harness: Harness) => {
        harness.simulator.failNext('GET /v1/user', { status: 404 })
        return { refreshToken: refreshTokenOf(harness) }
      },
      'customer_import_refused',
      '[astra] proxy.import: Astra does not know the User of `refreshToken`. Is it of this client and environment? Nothing was stored.',
    ],
    [
      'an intent of another User',
      (harness: Harness) => ({ userIntentId: intentOf(harness), userId: 'another' }),
      'identity_mismatch',
      '[astra] The authorization belongs to another Astra user than this customer. The tokens were dropped. Usually the phone already belongs to somebody else.',
    ],
    [
      'a refresh token of another User',
      (harness: Harness) => ({ userId: 'another', refreshToken: refreshTokenOf(harness) }),
      'identity_mismatch',
      '[astra] The authorization belongs to another Astra user than this customer. The tokens were dropped. Usually the phone already belongs to somebody else.',
    ],
  ])('refuses %s, and stores nothing', async (_, known, code, message) => {
    const storage = recordingStorage()
    const { harness } = await knownAtAstra({ proxy: { storage } })
    const before = storage.writes.length
    const importing = harness.proxy.import('customer-1', known(harness))
    await expect(importing).rejects.toMatchObject({ code, message })
    expect(storage.writes).toHaveLength(before)
  })

  it.each([
    ['POST /v1/oauth/token', { status: 503 }, 'astra_unavailable'],
    ['POST /v1/oauth/token', { status: 401, body: { error: 'invalid_client' } }, 'astra_refused_client'],
    ['GET /v1/user', { network: 'before' as const }, 'astra_unavailable'],
    ['GET /v1/user', { status: 401 }, 'astra_unexpected'],
    ['GET /v1/user_intent/:id', { status: 500 }, 'astra_unavailable'],
  ] as const)('can be repeated after %s answered %j', async (route, fault, code) => {
    const { harness } = await knownAtAstra()
    harness.simulator.failNext(route, fault)
    const known = { userIntentId: intentOf(harness), refreshToken: refreshTokenOf(harness) }
    await expect(harness.proxy.import('customer-1', known)).rejects.toMatchObject({
      name: 'AstraError',
      code,
    })
    await harness.proxy.import('customer-1', known)
    expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: true })
  })

  it('refuses a customer who is there already, without a call to Astra', async () => {
    const harness = createHarness()
    await harness.browser().onboard()
    const requests = harness.simulator.requests.length
    const importing = harness.proxy.import('customer-1', { refreshToken: refreshTokenOf(harness) })
    await expect(importing).rejects.toMatchObject({
      code: 'customer_exists',
      message:
        '[astra] proxy.import: this customer is known already. Call proxy.forget first, or leave them as they are.',
    })
    expect(harness.simulator.requests).toHaveLength(requests)
  })

  it.each(['userId', 'userIntentId', 'refreshToken'])(
    'refuses the User of another customer, known by %s',
    async (name) => {
      const harness = createHarness()
      await harness.browser('other').onboard()
      const all = {
        userId: userOf(harness),
        userIntentId: intentOf(harness),
        refreshToken: refreshTokenOf(harness),
      }
      const known = Object.fromEntries(Object.entries(all).filter(([given]) => given === name))
      await expect(harness.proxy.import('customer-1', known)).rejects.toMatchObject({
        code: 'identity_mismatch',
      })
      expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: false, userId: null })
      expect(await harness.proxy.status('other')).toMatchObject({ authorized: true })
    },
  )

  it('gives one intent to one of two customers who are imported at the same moment', async () => {
    const harness = createHarness()
    await harness.browser('earlier').submit()
    const userIntentId = harness.simulator.intents()[0]?.id ?? ''
    await harness.proxy.forget('earlier')
    const results = await Promise.allSettled([
      harness.proxy.import('customer-1', { userIntentId }),
      harness.proxy.import('customer-2', { userIntentId }),
    ])
    expect(results).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.objectContaining({ code: 'identity_mismatch' }) },
    ])
    await harness.proxy.forget('customer-1')
    await harness.proxy.import('customer-2', { userIntentId })
  })

  it('lets one of two imports at the same moment win', async () => {
    const { harness } = await knownAtAstra()
    const known = { refreshToken: refreshTokenOf(harness) }
    const results = await Promise.allSettled([
      harness.proxy.import('customer-1', known),
      harness.instance().proxy.import('customer-1', known),
    ])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  })
})
