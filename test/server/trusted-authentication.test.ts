import { describe, expect, it } from 'vitest'
import type { AstraProxyOptions, TrustedAuthentication, TrustedCustomer } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, ORIGIN } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const MINT = 'POST /v1/partner/identity/verification'
const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-23T18:00:00Z')
const TRUSTED: Deeds = ['consent', 'connect']
const CUSTOMER_TOKEN = 'a-long-random-text-agreed-with-astra'

type Deeds = typeof AUTHORIZE

const mints = ({ simulator }: Harness) => simulator.requests.filter(({ route }) => route === MINT).length

function setUp(proxy: Partial<AstraProxyOptions> = {}, lastAuthenticatedAt: number | null = NOW) {
  const harness = createHarness({ proxy: { trustedAuthentication: { provider: 'AcmeWallet' }, ...proxy } })
  const identity = { id: 'customer-1', ...(lastAuthenticatedAt !== null && { lastAuthenticatedAt }) }
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
    await browser.submit()
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
    await browser.submit()
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
    await browser.submit()
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
    ['that lies in the future', NOW + 1],
  ])('goes without a session token when %s', async (_, lastAuthenticatedAt) => {
    const { harness, browser } = setUp({}, lastAuthenticatedAt)
    await browser.submit()
    const given = await query(browser)
    expect(given).toMatchObject({ phone: '4155550142', phone_read_only: 'true' })
    expect(given).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(0)
  })

  it('goes with one on the thirtieth day', async () => {
    const { browser } = setUp({}, NOW - 30 * DAY)
    await browser.submit()
    expect(await query(browser)).toHaveProperty('session_token')
  })

  it('goes without one unless the partner has asked for it', async () => {
    const harness = createHarness()
    const browser = harness.browser({ id: 'customer-1', lastAuthenticatedAt: NOW })
    await browser.submit()
    expect(await query(browser)).not.toHaveProperty('session_token')
    expect(mints(harness)).toBe(0)
  })

  it('gets three tokens at most, one for each reload, and works without one afterwards', async () => {
    const { harness, browser } = setUp()
    await browser.submit()
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
    await browser.submit()
    harness.simulator.failNext(MINT, fault)
    expect(await query(browser)).toEqual({
      response_type: 'code',
      user_intent_id: harness.simulator.intents()[0]?.id,
      phone: '4155550142',
      phone_read_only: 'true',
    })
    expect(harness.logs).toEqual([
      [expect.objectContaining({ route: 'start' }), 'no session token; the person confirms by SMS'],
    ])
  })

  it('goes on without one where Astra has not switched it on', async () => {
    const harness = createHarness({
      proxy: { trustedAuthentication: { provider: 'AcmeWallet' } },
      simulator: { trustedAuthentication: false },
    })
    const browser = harness.browser({ id: 'customer-1', lastAuthenticatedAt: NOW })
    await browser.onboard()
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
    await browser.submit()
    const { startPath } = await browser.openFlow()
    const before = storage.writes.length
    const url = await browser.start(startPath)
    expect(writesAtMint).toBe(before + 1)
    expect(storage.writes).toHaveLength(writesAtMint)
    expect(JSON.stringify(storage.writes)).not.toContain(url.searchParams.get('session_token'))
  })

  it('needs none for a correction', async () => {
    const { harness, browser } = setUp()
    await browser.submit()
    await browser.trip(TRUSTED, () =>
      harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'document'),
    )
    const before = mints(harness)
    expect(await query(browser)).toEqual({})
    expect(mints(harness)).toBe(before)
  })
})

describe('GET customers/:id', () => {
  const ROSA: TrustedCustomer = {
    firstName: 'Rosa',
    lastName: 'Lindqvist',
    phone: '+14155550142',
    lastAuthenticatedAt: NOW - 1234,
  }

  function endpoint(trusted: Partial<TrustedAuthentication> = {}) {
    const asked: string[] = []
    const harness = createHarness({
      proxy: {
        trustedAuthentication: {
          provider: 'AcmeWallet',
          customerToken: CUSTOMER_TOKEN,
          customer: (id) => {
            asked.push(id)
            return id === 'nobody' ? null : ROSA
          },
          ...trusted,
        },
      },
    })
    const get = async (path: string, authorization: string | null = `Bearer ${CUSTOMER_TOKEN}`) => {
      const headers = { ...(authorization && { authorization }) }
      const response = await harness.proxy.fetch(new Request(`${ORIGIN}/api/astra${path}`, { headers }))
      return { status: response.status, text: await response.text(), headers: response.headers }
    }
    return { harness, get, asked }
  }

  it('answers the five members of the guide', async () => {
    const { harness, get } = endpoint()
    const { status, text, headers } = await get('/customers/cust_7781')
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(text).toBe(
      '{"customer_id":"cust_7781","first_name":"Rosa","last_name":"Lindqvist","phone":"+14155550142","last_authentication_time":"2026-11-23T17:59:58.766Z"}',
    )
    expect(harness.audits).toEqual([{ event: 'customer.lookup', customer: 'cust_7781', outcome: 'found' }])
  })

  it.each([NOW - 30 * DAY - 1, NOW + 1, null, undefined])('leaves the time out when it is %j', async (at) => {
    const { get } = endpoint({ customer: () => ({ ...ROSA, lastAuthenticatedAt: at as null }) })
    expect((await get('/customers/c')).text).toBe(
      '{"customer_id":"c","first_name":"Rosa","last_name":"Lindqvist","phone":"+14155550142"}',
    )
  })

  it('answers no member that the partner adds', async () => {
    const { get } = endpoint({ customer: () => ({ ...ROSA, ssn: '4821' }) as TrustedCustomer })
    expect((await get('/customers/c')).text).not.toContain('4821')
  })

  it.each([
    null,
    '',
    CUSTOMER_TOKEN,
    `bearer ${CUSTOMER_TOKEN}`,
    `Bearer ${CUSTOMER_TOKEN}x`,
    `Bearer ${CUSTOMER_TOKEN.slice(1)}`,
    'Bearer undefined',
  ])(
    'refuses %j, whether or not there is such a customer, and does not ask for them',
    async (authorization) => {
      const { harness, get, asked } = endpoint()
      const known = await get('/customers/cust_7781', authorization)
      const unknown = await get('/customers/nobody', authorization)
      expect(known.status).toBe(401)
      expect(JSON.parse(known.text)).toMatchObject({
        error: {
          code: 'bearer_refused',
          message: '[astra] The bearer token of `GET customers/:id` is missing or wrong.',
        },
      })
      expect([unknown.status, unknown.text]).toEqual([401, known.text])
      expect(asked).toEqual([])
      expect(harness.audits[0]).toEqual({ event: 'customer.lookup', outcome: 'refused' })
    },
  )

  it('answers the same 404 to an unknown customer as where it is off', async () => {
    const { harness, get } = endpoint()
    const unknown = await get('/customers/nobody')
    const unreadable = await get('/customers/%E0%A4')
    const off = await endpoint({ customer: undefined as never }).get('/customers/cust_7781')
    expect(unknown.status).toBe(404)
    expect(JSON.parse(unknown.text)).toMatchObject({ error: { code: 'route_not_found' } })
    expect([unreadable.status, unreadable.text, off.status, off.text]).toEqual([
      404,
      unknown.text,
      404,
      unknown.text,
    ])
    expect(harness.audits).toContainEqual({
      event: 'customer.lookup',
      customer: 'nobody',
      outcome: 'unknown',
    })
  })

  it('asks for the id as the partner wrote it', async () => {
    const { get, asked } = endpoint()
    await get(`/customers/${encodeURIComponent('auth0|7781 é')}`)
    expect(asked).toEqual(['auth0|7781 é'])
  })

  it.each([undefined, '', 'a'.repeat(31)])('cannot be configured with the token %j', (customerToken) => {
    expect(() => endpoint({ customerToken: customerToken as string })).toThrow(
      '`trustedAuthentication.customerToken` must have at least 32 characters: it is all that protects `customer`.',
    )
  })
})
