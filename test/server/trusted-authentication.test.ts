import { describe, expect, it } from 'vitest'
import type { AstraProxyOptions } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const MINT = 'POST /v1/partner/identity/verification'
/** The partner's word counts only for the phone that it gives; the form does not ask for that one. */
const { phone: PHONE, ...TYPED } = ROSA
const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-23T18:00:00Z')
const TRUSTED: Deeds = ['consent', 'connect']

type Deeds = typeof AUTHORIZE

const mints = ({ simulator }: Harness) => simulator.requests.filter(({ route }) => route === MINT).length

function setUp(proxy: Partial<AstraProxyOptions> = {}, lastAuthenticatedAt: number | null = NOW) {
  const harness = createHarness({ proxy: { trustedAuthentication: { provider: 'AcmeWallet' }, ...proxy } })
  const identity = {
    id: 'customer-1',
    phone: PHONE,
    ...(lastAuthenticatedAt !== null && { lastAuthenticatedAt }),
  }
  return { harness, browser: harness.browser(identity) }
}

/** The link of the next flow, without what is the same in all of them. */
async function query(browser: TestBrowser) {
  const url = await browser.start((await browser.openFlow()).startPath)
  const { state: _, client_id: __, redirect_uri: ___, ...rest } = Object.fromEntries(url.searchParams)
  return rest
}

describe('the start of a flow', () => {
  it('spares somebody who signs up the SMS code, in the order of Astra’s guide', async () => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    const url = await browser.start((await browser.openFlow()).startPath)
    expect([...url.searchParams.keys()]).toEqual([
      'session_token',
      'client_id',
      'user_intent_id',
      'redirect_uri',
      'response_type',
      'state',
    ])
    expect(url.searchParams.get('user_intent_id')).toBe(harness.simulator.intents()[0]?.id)
    expect(harness.audits).toContainEqual({
      event: 'session-token.mint',
      customer: 'customer-1',
      outcome: 'minted',
    })
    const back = await browser.walk(url, TRUSTED)
    expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
  })

  it('says to Astra who it is', async () => {
    const bodies: unknown[] = []
    const { harness, browser } = setUp({
      fetch: async (request) => {
        if (request.url.endsWith('/verification')) bodies.push(await request.clone().json())
        return harness.simulator.fetch(request)
      },
    })
    await browser.submit(TYPED)
    await query(browser)
    expect(bodies).toEqual([
      {
        provider: 'AcmeWallet',
        provider_data: { customer_id: 'customer-1' },
        client_id: 'simulator',
        user_intent_id: harness.simulator.intents()[0]?.id,
      },
    ])
  })

  it('names a converted person by the id of the User', async () => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    await browser.trip(TRUSTED)
    harness.advance(11 * DAY)
    await browser.status()
    expect(await query(browser)).toEqual({
      session_token: expect.stringMatching(/^st_/) as string,
      user_id: harness.simulator.users()[0]?.id,
      response_type: 'code',
    })
    await browser.trip(TRUSTED)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it.each([
    ['the person has never proved their phone', null],
    ['that was more than 30 days ago', NOW - 30 * DAY - 1],
    ['that lies in the future', NOW + 60_001],
  ])('goes without a session token when %s', async (_, lastAuthenticatedAt) => {
    const { harness, browser } = setUp({}, lastAuthenticatedAt)
    await browser.submit(TYPED)
    const given = await query(browser)
    expect(given).toMatchObject({ phone: '4155550142', phone_read_only: 'true' })
    expect(given).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(0)
  })

  it.each([
    ['names no phone, and the person has typed one that may be somebody else’s', undefined],
    ['names another phone than the one at Astra', '+14155550177'],
  ])('goes without a session token when the partner %s', async (_, phone) => {
    const { harness } = setUp()
    const identity = { id: 'customer-1', lastAuthenticatedAt: NOW }
    await harness.browser(identity).submit()
    const browser = harness.browser({ ...identity, ...(phone && { phone }) })
    expect(await query(browser)).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(0)
  })

  it('goes without one for a User whose phone is no longer the one that was proved', async () => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    await browser.trip(TRUSTED)
    harness.advance(11 * DAY)
    await browser.status()
    const before = mints(harness)
    const moved = harness.browser({ id: 'customer-1', phone: '+14155550177', lastAuthenticatedAt: NOW })
    expect(await query(moved)).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(before)
  })

  it('goes with one on the thirtieth day', async () => {
    const { browser } = setUp({}, NOW - 30 * DAY)
    await browser.submit(TYPED)
    expect(await query(browser)).toHaveProperty('session_token')
  })

  it('goes without one unless the partner has asked for it', async () => {
    const harness = createHarness()
    const browser = harness.browser({ id: 'customer-1', phone: PHONE, lastAuthenticatedAt: NOW })
    await browser.submit(TYPED)
    expect(await query(browser)).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(0)
  })

  it('gets three tokens at most, one for each reload, and works without one afterwards', async () => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    const { startPath } = await browser.openFlow()
    const tokens = []
    for (let reload = 0; reload < 5; reload++) {
      tokens.push((await browser.start(startPath)).searchParams.get('session_token'))
    }
    expect(new Set(tokens).size).toBe(4)
    expect(tokens.slice(3)).toEqual([null, null])
    expect(mints(harness)).toBe(3)
    const back = await browser.walk(await browser.start(startPath), AUTHORIZE)
    expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
  })

  it.each([
    { status: 400 },
    { status: 401 },
    { status: 403 },
    { status: 503 },
    { network: 'before' as const },
  ])('goes the ordinary way when Astra answers %j, and says so in the log', async (fault) => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    harness.simulator.failNext(MINT, fault)
    expect(await query(browser)).toEqual({
      response_type: 'code',
      user_intent_id: harness.simulator.intents()[0]?.id,
      phone: '4155550142',
      phone_read_only: 'true',
    })
    expect(harness.audits).toContainEqual({
      event: 'session-token.mint',
      customer: 'customer-1',
      outcome: 'failed',
    })
    expect(harness.logs).toEqual([
      [
        expect.objectContaining({ route: 'GET /flows/:id/start' }),
        expect.stringMatching(/^no session token; the person confirms by SMS(: Astra does not accept|$)/),
      ],
    ])
  })

  it('goes on without one where Astra has not switched it on', async () => {
    const harness = createHarness({
      proxy: { trustedAuthentication: { provider: 'AcmeWallet' } },
      simulator: { trustedAuthentication: false },
    })
    const browser = harness.browser({ id: 'customer-1', phone: PHONE, lastAuthenticatedAt: NOW })
    await browser.onboard(TYPED)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('asks for the token as its last act: it lives one minute', async () => {
    const storage = recordingStorage()
    let writesAtMint = -1
    const { harness, browser } = setUp({
      storage,
      fetch: async (request) => {
        if (request.url.endsWith('/verification')) writesAtMint = storage.writes.length
        return harness.simulator.fetch(request)
      },
    })
    await browser.submit(TYPED)
    const { startPath } = await browser.openFlow()
    const before = storage.writes.length
    const url = await browser.start(startPath)
    expect(writesAtMint).toBe(before + 1)
    expect(storage.writes).toHaveLength(writesAtMint)
    expect(JSON.stringify(storage.writes)).not.toContain(url.searchParams.get('session_token'))
  })

  it('needs none for a correction', async () => {
    const { harness, browser } = setUp()
    await browser.submit(TYPED)
    await browser.trip(TRUSTED, () =>
      harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'document'),
    )
    const before = mints(harness)
    expect(await query(browser)).toEqual({})
    expect(mints(harness)).toBe(before)
  })
})
