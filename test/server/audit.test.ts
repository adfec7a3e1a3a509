import { describe, expect, it } from 'vitest'
import { allowListed } from '../../src/server/audit.ts'
import type { AstraProxyOptions, LogFields } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const DAY = 24 * 60 * 60 * 1000

const CANARY = {
  firstName: 'Zephyrine',
  lastName: 'Quackenbush',
  dateOfBirth: '1983-07-29',
  ssnLast4: '7391',
  email: 'zephyrine.quackenbush@canary.example',
  phone: '(415) 555-0187',
  address1: '4717 Canarywharf Rd',
  city: 'Oxnardville',
  state: 'CA',
  postalCode: '93035',
}

describe('the events', () => {
  it('tell of everything that is done for a customer, and how it ended', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    const events = () =>
      harness.audits.splice(0).map(({ event, customer, outcome }) => [event, customer, outcome])
    await browser.submit()
    expect(events()).toEqual([['intent.create', 'customer-1', 'created']])
    await browser.trip(['cancel'])
    await browser.trip()
    expect(events()).toEqual([
      ['flow.open', 'customer-1', 'authorize'],
      ['flow.finish', 'customer-1', 'returned'],
      ['flow.open', 'customer-1', 'authorize'],
      ['flow.finish', 'customer-1', 'authorized'],
    ])
    await harness.proxy.getAccessToken('customer-1')
    harness.advance(3 * 60 * 60 * 1000)
    await harness.proxy.getAccessToken('customer-1')
    expect(events()).toEqual([
      ['tokens.use', 'customer-1', 'given'],
      ['tokens.refresh', 'customer-1', 'granted'],
      ['tokens.use', 'customer-1', 'given'],
    ])
    harness.advance(11 * DAY)
    await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    expect(events()).toEqual([['tokens.refresh', 'customer-1', 'dead']])
    await harness.simulator.webhooks.deliver((due) => due.slice(0, 1))
    expect(events()).toEqual([['webhook.verify', 'customer-1', 'user_intent_updated']])
    await harness.proxy.forget('customer-1')
    expect(events()).toEqual([['customer.forget', 'customer-1', 'forgotten']])
  })

  it.each([
    [{ status: 403 }, 'refused'],
    [{ status: 500 }, 'unknown'],
    [{ network: 'refused' as const }, 'not-sent'],
  ])('tell how a creation failed: %j', async (fault, outcome) => {
    const harness = createHarness()
    harness.simulator.failNext('POST /v1/user_intent', fault)
    await harness.browser().submit()
    expect(harness.audits).toEqual([{ event: 'intent.create', customer: 'customer-1', outcome }])
  })

  it('tell of a code that was not taken, and of somebody else’s', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    harness.simulator.failNext('POST /v1/oauth/token', { status: 400 })
    await browser.trip()
    await browser.trip(['consent', 'connect'])
    const other = harness.browser('customer-2')
    await other.submit()
    await other.trip()
    const finished = harness.audits.filter(({ event }) => event === 'flow.finish')
    expect(finished.map(({ customer, outcome }) => [customer, outcome])).toEqual([
      ['customer-1', 'code_refused'],
      ['customer-1', 'authorized'],
      ['customer-2', 'identity_mismatch'],
    ])
  })

  it('may be left unheard', async () => {
    const logger = { warn: () => {}, error: () => {} }
    const browser = createHarness({ proxy: { logger } }).browser()
    await browser.onboard()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })
})

it('lets only the known members through, whoever put others in, and only short texts and numbers', () => {
  const lines: unknown[] = []
  const log = (fields: LogFields, message: string) => void lines.push([fields, message])
  const logger = allowListed({ info: log, warn: log, error: log })
  const known = { event: 'e', customer: 'c', outcome: 'o', code: 'x', route: 'r', requestId: 'q', cause: 'k' }
  const fields = { ...known, count: 3, ssn: '7391', toString: 'x' }
  for (const level of ['info', 'warn', 'error'] as const) logger[level](fields, 'm')
  expect(lines).toEqual(Array.from({ length: 3 }, () => [{ ...known, count: 3 }, 'm']))
  lines.length = 0
  logger.error({ code: 'x'.repeat(201), route: { ssn: '7391' } as never, cause: undefined }, 'm')
  expect(lines).toEqual([[{}, 'm']])
})

describe('the log', () => {
  /** Everything that may go wrong, once, with a person whose details are found wherever they turn up. */
  async function wholeJourney(options: Partial<AstraProxyOptions> = {}) {
    const harness = createHarness({
      proxy: {
        trustedAuthentication: {
          provider: 'AcmeWallet',
          customerToken: 'a-long-random-text-agreed-with-astra',
          customer: () => {
            throw new Error(`no such person: ${CANARY.email}`)
          },
        },
        onChange: () => {
          throw new Error(CANARY.firstName)
        },
        ...options,
      },
    })
    const { simulator, proxy } = harness
    const echo = { body: { description: CANARY, name: CANARY.lastName } }
    const browser = harness.browser({
      id: 'customer-1',
      lastAuthenticatedAt: Date.parse('2026-12-24T18:00:00Z'),
    })
    await browser.submit({ ...CANARY, ssnLast4: '73910' })
    await browser.submit({ ...CANARY, [CANARY.email]: 1 })
    for (const status of [400, 401, 429, 500]) {
      simulator.failNext('POST /v1/user_intent', { status, ...echo })
      await browser.submit({ ...CANARY, email: `${status}${CANARY.email}` })
    }
    harness.advance(31 * DAY)
    await browser.submit(CANARY)
    await browser.correct({ ...CANARY, firstName: 'Zephyrina' })
    harness.advance(6_000)
    simulator.failNext('GET /v1/user_intent/:id', { status: 200, ...echo })
    await browser.status()
    harness.advance(6_000)
    simulator.failNext('POST /v1/partner/identity/verification', { status: 403, ...echo })
    await browser.start((await browser.openFlow()).startPath)
    simulator.failNext('POST /v1/oauth/token', { status: 400, ...echo })
    await browser.trip(['phone', 'code', 'consent', 'connect'])
    simulator.failNext('GET /v1/user', { status: 503, ...echo })
    const returned = await browser.walk(await browser.start((await browser.openFlow()).startPath), [
      'consent',
      'connect',
    ])
    await browser.complete(`${returned?.search}&error_description=${CANARY.lastName}`)
    await browser.complete(returned?.search ?? '')
    harness.advance(6_000)
    await browser.status()
    await simulator.webhooks.deliver((due) => [...due, ...due])
    simulator.setUserStatus(simulator.users()[0]?.id ?? '', 'document')
    await proxy.maintain()
    harness.advance(3 * 60 * 60 * 1000)
    simulator.failNext('POST /v1/oauth/token', { status: 500, ...echo })
    await proxy.getAccessToken('customer-1').catch(() => {})
    const headers = { authorization: 'Bearer a-long-random-text-agreed-with-astra' }
    await proxy.fetch(new Request(`${ORIGIN}/api/astra/customers/customer-1`, { headers }))
    await proxy.fetch(new Request(`${ORIGIN}/api/astra/${CANARY.lastName}?${CANARY.email}`))
    await proxy.import('customer-2', { refreshToken: 'rt_canary' }).catch(() => {})
    return { harness, returned }
  }

  it('holds nothing of a person, no token, no code and no state, whatever goes wrong', async () => {
    const { harness, returned } = await wholeJourney()
    const { logs, audits, simulator } = harness
    const codes = new Set((logs as [LogFields][]).map(([{ code }]) => code))
    expect([...codes].sort((a = '', b = '') => a.localeCompare(b))).toEqual([
      'astra_refused_client',
      'astra_unavailable',
      'astra_unexpected',
      'code_refused',
      'intent_outcome_unknown',
      'intent_rejected_by_astra',
      'internal',
      'route_not_found',
    ])
    expect(audits.length).toBeGreaterThan(12)
    const text = JSON.stringify([logs, audits]).toLowerCase()
    const { state: _, ...traces } = CANARY
    const [user] = simulator.users()
    const secrets = [
      ...Object.values(traces),
      '4155550187',
      '5550187',
      'canary',
      'simulator-secret',
      'agreed-with-astra',
      user?.access?.token ?? '',
      ...(user?.refresh ?? []).map(({ token }) => token),
      returned?.searchParams.get('authorization_code') ?? '',
      returned?.searchParams.get('state') ?? '',
      'st_',
    ]
    expect(secrets.every((secret) => secret.length > 2)).toBe(true)
    for (const secret of secrets) expect(text).not.toContain(secret.toLowerCase())
  })

  const ID = 'req_7c0ffee'
  const withId = (status: number) => ({ status, headers: { 'request-id': ID } })
  const requestIds = ({ logs }: Harness) => (logs as [LogFields][]).map(([{ requestId }]) => requestId)

  it.each([400, 401, 403, 429, 500])(
    'names Astra’s request id of a creation that failed with %i',
    async (status) => {
      const harness = createHarness()
      harness.simulator.failNext('POST /v1/user_intent', withId(status))
      await harness.browser().submit()
      expect(requestIds(harness)).toEqual([ID])
    },
  )

  it.each([
    ['GET /v1/user_intent/:id', 503],
    ['GET /v1/user_intent/:id', 404],
    ['GET /v1/user_intent/:id', 401],
  ] as const)('names it when %s fails with %i', async (route, status) => {
    const harness = createHarness()
    await harness.browser().submit()
    harness.advance(6_000)
    harness.simulator.failNext(route, withId(status))
    await harness.browser().status()
    expect(requestIds(harness)).toEqual([ID])
  })

  it.each([400, 401, 500])('names it when a code is not taken with %i', async (status) => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    harness.simulator.failNext('POST /v1/oauth/token', withId(status))
    await browser.trip(AUTHORIZE)
    expect(requestIds(harness)).toEqual([ID])
  })

  it.each([
    ['POST /v1/oauth/token', 500, 3 * 60 * 60 * 1000],
    ['GET /v1/user', 503, 6_000],
    ['GET /v1/user', 404, 6_000],
  ] as const)(
    'names it when %s fails with %i for somebody who is onboarded',
    async (route, status, later) => {
      const harness = createHarness()
      await harness.browser().onboard(ROSA)
      harness.advance(later)
      harness.simulator.failNext(route, withId(status))
      await harness.browser().status()
      expect(requestIds(harness)).toEqual([ID])
    },
  )
})

it('says of a start that was refused, whose flow it is to nobody', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  harness.audits.splice(0)
  await harness.browser('customer-2').request('GET', startPath)
  expect(harness.audits).toEqual([
    expect.objectContaining({ event: 'request.refuse', outcome: 'flow_not_found' }),
  ])
})

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no space left on device')
    },
  ],
  // Of Vitest an unhandled rejection ends the run, as it ends a process.
  ['rejects', () => Promise.reject(new Error('the collector is down'))],
])('loses nothing to a logger that %s', async (_, fail) => {
  const harness = createHarness({ proxy: { logger: { info: fail, warn: fail, error: fail } } })
  const browser = harness.browser()
  await browser.onboard()
  harness.advance(3 * 60 * 60 * 1000)
  const token = await harness.proxy.getAccessToken('customer-1')
  expect(await harness.proxy.getAccessToken('customer-1')).toBe(token)
  harness.simulator.failNext('GET /v1/user', { status: 503 }, 9)
  harness.advance(6_000)
  expect((await browser.request('GET', '/status')).status).toBe(503)
})
