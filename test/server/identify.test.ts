import { afterEach, describe, expect, it, vi } from 'vitest'
import { AstraError } from '../../src/server/index.ts'
import type { AstraProxyOptions, Identity, LogFields } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'

/** Of an app whose sessions are tokens: the widget's `headers()` bring one, a navigation does not. */
const byToken: AstraProxyOptions['identify'] = (request) => {
  const token = request.headers.get('x-test-customer')
  if (!token) throw new TypeError('no token of rosa@example.com')
  return JSON.parse(token) as Identity
}

const WITHOUT_TOKEN = { headers: { 'x-test-customer': '' } }
const THREW =
  '`identify` threw; `cause` has the class of the error. Where nobody is signed in it must answer null.'

describe('an identify that throws where there is no token', () => {
  it('lets nobody be stopped on the way to Astra and back, which carry none', async () => {
    const harness = createHarness({ proxy: { identify: byToken } })
    const browser = harness.browser()
    await browser.submit()
    const { startPath } = await browser.openFlow()
    const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
    const body = { query: returned?.search }
    const answer = await browser.request('POST', '/flows/complete', { body, ...WITHOUT_TOKEN })
    expect(await answer.json()).toMatchObject({ flow: { outcome: { state: 'authorized' } } })
    const warning = (route: string) => [
      { code: 'internal', route, cause: 'TypeError' },
      `nobody counts as signed in: ${THREW}`,
    ]
    expect(harness.logs).toEqual([warning('GET /flows/:id/start'), warning('POST /flows/complete')])
  })

  it('warns, and alarms nobody', async () => {
    const levels: string[] = []
    const logger = { warn: () => void levels.push('warn'), error: () => void levels.push('error') }
    const browser = createHarness({ proxy: { identify: byToken, logger } }).browser()
    await browser.submit()
    await browser.start((await browser.openFlow()).startPath)
    expect(levels).toEqual(['warn'])
  })

  it('keeps the flow to its own browser all the same', async () => {
    const harness = createHarness({ proxy: { identify: byToken } })
    const browser = harness.browser()
    await browser.submit()
    const { startPath } = await browser.openFlow()
    const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
    const stranger = harness.browser('customer-2')
    const body = { query: returned?.search }
    expect((await stranger.request('GET', startPath, WITHOUT_TOKEN)).status).toBe(404)
    expect((await stranger.request('POST', '/flows/complete', { body, ...WITHOUT_TOKEN })).status).toBe(404)
  })

  it('is named in the log where somebody has to be signed in, and nowhere else', async () => {
    const harness = createHarness({ proxy: { identify: byToken } })
    const answer = await harness.browser().request('GET', '/status', WITHOUT_TOKEN)
    expect([answer.status, await answer.json()]).toEqual([
      500,
      {
        error: expect.objectContaining({
          code: 'internal',
          message: '[astra] The proxy failed. The log has the cause.',
        }),
      },
    ])
    expect(harness.logs).toEqual([
      [{ code: 'internal', route: 'GET /status', cause: 'TypeError' }, `refused: ${THREW}`],
    ])
  })

  it('may throw an error of ours', async () => {
    const identify = () => {
      throw new AstraError('unauthenticated')
    }
    const harness = createHarness({ proxy: { identify } })
    expect((await harness.browser().request('GET', '/status')).status).toBe(401)
  })
})

describe('an `identify` that does not come to an end', () => {
  const setUp = () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let isHanging = false
    const identify = (request: Request) => (isHanging ? new Promise<null>(() => {}) : byToken(request))
    const harness = createHarness({ proxy: { identify } })
    return { harness, browser: harness.browser(), hang: () => (isHanging = true) }
  }
  afterEach(() => void vi.useRealTimers())

  it('is waited for ten seconds, and the log says so', async () => {
    const { harness, browser, hang } = setUp()
    hang()
    const asked = browser.request('GET', '/status')
    await vi.advanceTimersByTimeAsync(9_999)
    expect(harness.logs).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect((await asked).status).toBe(500)
    expect(harness.logs).toEqual([
      [
        { code: 'internal', route: 'GET /status' },
        'refused: `identify` has not answered within ten seconds. Give what it asks a time limit of its own.',
      ],
    ])
  })

  it('does not keep the person from the module', async () => {
    const { browser, hang } = setUp()
    await browser.submit()
    const { startPath } = await browser.openFlow()
    hang()
    const started = browser.request('GET', startPath)
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await started).status).toBe(302)
  })
})

describe('what identify answers', () => {
  const answering = (answer: unknown) =>
    createHarness({ proxy: { identify: () => answer as Identity | null } })

  it.each([[{ id: 42 }], [{ id: '' }], [{ id: undefined }], [{}], ['customer-1'], [true]])(
    'is a mistake of the configuration when it is %j',
    async (answer) => {
      const harness = answering(answer)
      const { status } = await harness.browser().request('GET', '/status')
      expect(status).toBe(500)
      expect(harness.logs).toEqual([
        [
          { code: 'configuration_invalid', route: 'GET /status' },
          'refused: `identify` must return { id: string } of the signed-in customer, or null for nobody; what it returned has no `id` that is a text.',
        ],
      ])
    },
  )

  it.each([[null], [undefined]])('is nobody when it is %j', async (answer) => {
    const harness = answering(answer)
    expect((await harness.browser().request('GET', '/status')).status).toBe(401)
    expect(harness.logs).toEqual([])
  })
})

describe('a business profile', () => {
  const owning = (businessProfileId: unknown) =>
    createHarness({ proxy: { identify: () => ({ id: 'customer-1', businessProfileId }) as Identity } })

  it.each(['', null, undefined])('of which identify says %j makes nobody a business', async (none) => {
    expect((await owning(none).browser().status()).step).toMatchObject({ name: 'collect-profile' })
  })

  it.each([7, {}, true])('must be a text: %j is a mistake of the configuration', async (mistake) => {
    const harness = owning(mistake)
    expect((await harness.browser().request('GET', '/status')).status).toBe(500)
    expect(harness.logs).toEqual([
      [
        { code: 'configuration_invalid', route: 'GET /status' },
        'refused: `identify` must return the id of a business profile as `businessProfileId`, or leave it out; what it returned is no text.',
      ],
    ])
  })
})

it('takes a database row without e-mail, phone and business for a person without them', async () => {
  const row: Identity = {
    id: 'customer-1',
    email: null,
    phone: null,
    businessProfileId: null,
    lastAuthenticatedAt: null,
  }
  const harness = createHarness({ proxy: { identify: () => row } })
  expect((await harness.browser().submit()).status).toBe(201)
})

describe('an e-mail address or phone of identify that Astra would refuse', () => {
  const customer = { id: 'customer-1', email: 'rosa.lindqvist@example.com', phone: '+14155550142' }

  it.each([
    ['phone', '+447700900123', 'phone.country'],
    ['phone', '+18005550142', 'phone.toll_free'],
    ['phone', '415-555', 'phone.length'],
    ['email', 'rosa@', 'email.format'],
    ['email', ' ', 'email.required'],
    ['phone', 4155550142, 'phone.characters'],
  ] as const)('is asked for like any other: %s %s', async (field, value, code) => {
    const harness = createHarness()
    const browser = harness.browser({ ...customer, [field]: value })
    const other = field === 'phone' ? 'email' : 'phone'
    const { policy } = await browser.status()
    expect(policy?.locked).toEqual([other])
    expect(Object.keys(policy?.lockedValues ?? {})).toEqual([other])
    const { [other]: _, ...asked } = ROSA
    expect((await browser.submit(asked)).status).toBe(201)
    const [line] = harness.logs as [LogFields, string][]
    expect(line).toEqual([
      { customer: 'customer-1', code, route: 'GET /status' },
      `\`identify\` gave ${field === 'email' ? 'an e-mail address' : 'a phone'} that Astra would refuse: it counts as not given, and the form asks for it`,
    ])
  })

  it.each([
    ['a text', '2026-11-23T17:00:00Z'],
    ['seconds', Date.parse('2026-11-23T17:00:00Z') / 1000],
  ])('says so of a sign-in whose time is %s, and takes it for none', async (_, lastAuthenticatedAt) => {
    const harness = createHarness({ proxy: { trustedAuthentication: { provider: 'AcmeWallet' } } })
    const browser = harness.browser({ ...customer, lastAuthenticatedAt: lastAuthenticatedAt as number })
    const { email: _e, phone: _p, ...asked } = ROSA
    await browser.submit(asked)
    const url = await browser.start((await browser.openFlow()).startPath)
    expect(url.searchParams.has('session_token')).toBe(false)
    expect(harness.logs).toEqual([
      [
        { customer: 'customer-1', code: 'internal', route: 'POST /user-intents' },
        '`identify` gave a `lastAuthenticatedAt` that is not in ms since the epoch: it counts as not given, and Astra asks for an SMS code',
      ],
    ])
  })

  it('is told to the log once, however often the status is read', async () => {
    const harness = createHarness()
    const browser = harness.browser({ ...customer, phone: '1' })
    await browser.status()
    await browser.status()
    await harness.browser({ ...customer, id: 'customer-2', phone: '1' }).status()
    await harness.browser({ ...customer, phone: '+18005550142' }).status()
    expect((harness.logs as [LogFields][]).map(([{ customer: who, code }]) => [who, code])).toEqual([
      ['customer-1', 'phone.length'],
      ['customer-2', 'phone.length'],
      ['customer-1', 'phone.toll_free'],
    ])
  })

  it('leaves no trace of its value', async () => {
    const harness = createHarness()
    await harness.browser({ ...customer, email: 'rosa@@canary', phone: '+447700900123' }).status()
    expect(harness.logs).toHaveLength(2)
    expect(JSON.stringify(harness.logs)).not.toMatch(/canary|7700900123/)
  })

  it.each([[null], [undefined], ['']])('is no news when it is %j: then there is none', async (none) => {
    const harness = createHarness()
    const browser = harness.browser({ id: 'customer-1', email: none, phone: none })
    expect((await browser.status()).policy?.locked).toEqual([])
    expect(harness.logs).toEqual([])
  })
})

it('takes an error of the partner’s for theirs, although its class has the name of ours', async () => {
  class TheirError extends Error {
    override readonly name = 'AstraError'
    readonly code: string
    constructor(code: string) {
      super('the session of rosa@example.com is gone')
      this.code = code
    }
  }
  for (const code of ['internal', 'session_expired']) {
    const identify = () => {
      throw new TheirError(code)
    }
    const harness = createHarness({ proxy: { identify } })
    const answer = await harness.browser().request('GET', '/status')
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'internal' } })
    expect(harness.logs).toEqual([
      [{ code: 'internal', route: 'GET /status', cause: 'AstraError' }, `refused: ${THREW}`],
    ])
  }
})

it('hands `metadata` what `identify` has returned, also an object of a class', async () => {
  class Session {
    readonly id = 'customer-1'
    #tenant = 'north'
    get tenant() {
      return this.#tenant
    }
  }
  const metadata = (identity: Identity) => ({ tenant: (identity as Session).tenant })
  const harness = createHarness({ proxy: { identify: () => new Session(), metadata } })
  expect((await harness.browser().submit()).status).toBe(201)
  expect(harness.simulator.intents()[0]?.metadata).toMatchObject({ tenant: 'north' })
})
