import { describe, expect, it } from 'vitest'
import { causeOf } from '../../src/server/failure-log.ts'
import type { AstraStorage, LogFields } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const OLD_KEY = 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0='

const coded = (code: unknown, cause?: unknown) =>
  Object.assign(new Error('of rosa@example.com', { cause }), { code })

describe('the cause in a log line', () => {
  it.each<[string, unknown, string | undefined]>([
    [
      'an errno behind `fetch`',
      new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
      'TypeError ECONNREFUSED',
    ],
    ['an SQLSTATE', Object.assign(new Error('disk full'), { name: 'error', code: '53100' }), 'error 53100'],
    ['an SQLSTATE with letters', coded('42P01'), 'Error 42P01'],
    ['a code of undici', coded('UND_ERR_SOCKET'), 'Error UND_ERR_SOCKET'],
    ['a code of TLS', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'Error DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['the first code of the chain', coded('ETIMEDOUT', coded('ECONNRESET')), 'Error ETIMEDOUT'],
    ['the first that is one', coded('refused by rosa', coded('ECONNRESET')), 'Error ECONNRESET'],
    ['no code', new RangeError('rosa@example.com'), 'RangeError'],
    ['the number of a DOMException', new DOMException('late', 'TimeoutError'), 'TimeoutError'],
    ['what is no error', 'rosa@example.com', 'string'],
    ['nothing', undefined, undefined],
  ])('tells %s', (_, thrown, cause) => {
    expect(causeOf(thrown)).toBe(cause)
  })

  it.each(['rosa@example.com', '7391', '4155550142', 'Rosa', 'X', 'A'.repeat(41), 7391, { code: 'EACCES' }])(
    'takes nothing for a code that may be a value: %j',
    (code) => {
      expect(causeOf(coded(code))).toBe('Error')
    },
  )

  it('says what our own storages say, with the code that is behind it, in what a line takes', () => {
    const full = new Error('[astra] sqliteStorage: the disk of astra.db is full.', {
      cause: coded('SQLITE_FULL'),
    })
    expect(causeOf(full)).toBe('[astra] sqliteStorage: the disk of astra.db is full. SQLITE_FULL')
    const named = new Error('[astra] postgresStorage: no connection: ECONNREFUSED', {
      cause: coded('ECONNREFUSED'),
    })
    expect(causeOf(named)).toBe('[astra] postgresStorage: no connection: ECONNREFUSED')
    const long = new Error(`[astra] ${'x'.repeat(300)}`, { cause: coded('EIO') })
    expect(causeOf(long)).toMatch(/^\[astra\] x{188} EIO$/)
  })

  it.each([{ name: undefined }, { name: 7 }, { message: {} }, { message: undefined, name: null }])(
    'bears an error of a class that has %j',
    (members) => {
      expect(causeOf(Object.assign(new RangeError('x'), members))).toMatch(/^(?:Range)?Error$/)
    },
  )

  it('comes to an end in a ring', () => {
    const one = new Error('one')
    one.cause = new Error('other', { cause: one })
    expect(causeOf(one)).toBe('Error')
  })
})

describe('an answer of Astra’s that is a failure', () => {
  const statuses = ({ logs }: Harness) => (logs as [LogFields][]).map(([{ astraStatus }]) => astraStatus)

  it.each([500, 502, 302, 401, 403, 429])(
    'is told to the log by its status, of a creation: %i',
    async (status) => {
      const harness = createHarness()
      harness.simulator.failNext('POST /v1/user_intent', { status })
      const { body } = await harness.browser().submit()
      expect(statuses(harness)).toEqual([status])
      expect(JSON.stringify(body)).not.toContain(String(status === 403 ? 'astraStatus' : status))
    },
  )

  it.each([503, 429, 302, 403, 401, 404])(
    'is told to the log by its status, of a read: %i',
    async (status) => {
      const harness = createHarness()
      await harness.browser().submit()
      harness.advance(6_000)
      harness.simulator.failNext('GET /v1/user_intent/:id', { status })
      const answer = await harness.browser().request('GET', '/status')
      expect(statuses(harness)).toEqual([status])
      expect(await answer.text()).not.toMatch(/astraStatus/i)
    },
  )

  it.each([503, 429, 302])('is told to the log by its status, of a refresh: %i', async (status) => {
    const harness = createHarness()
    await harness.browser().onboard()
    harness.advance(3 * 60 * 60 * 1000)
    harness.simulator.failNext('POST /v1/oauth/token', { status })
    await harness.browser().request('GET', '/status')
    expect(statuses(harness)).toEqual([status])
  })

  it('is told to the log by its status, of a code that was not exchanged and of a session token', async () => {
    const harness = createHarness({
      proxy: { trustedAuthentication: { provider: 'AcmeWallet' } },
    })
    const browser = harness.browser({
      id: 'customer-1',
      phone: '+14155550142',
      lastAuthenticatedAt: Date.parse('2026-11-23T17:00:00Z'),
    })
    const { phone: _, ...profile } = ROSA
    await browser.submit(profile)
    harness.simulator.failNext('POST /v1/partner/identity/verification', { status: 403 })
    harness.simulator.failNext('POST /v1/oauth/token', { status: 504 })
    await browser.trip()
    const line = { route: 'complete', code: 'exchange_outcome_unknown', customer: 'customer-1' }
    expect(harness.logs).toEqual([
      [
        { route: 'GET /flows/:id/start', code: 'astra_unexpected', customer: 'customer-1', astraStatus: 403 },
        'no session token; the person confirms by SMS',
      ],
      [{ ...line, astraStatus: 504 }, 'a code was not exchanged'],
    ])
  })

  it('has none where there was no answer', async () => {
    const harness = createHarness()
    harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
    await harness.browser().submit()
    expect(statuses(harness)).toEqual([undefined])
  })
})

it('tells whoever has not started the simulator to start it', async () => {
  const harness = createHarness()
  harness.simulator.failNext('POST /v1/user_intent', { network: 'refused' })
  await harness.browser().submit()
  expect(harness.logs).toEqual([
    [
      expect.objectContaining({ code: 'astra_unavailable', route: 'POST /user-intents' }),
      'refused: No simulator of Astra answers at http://127.0.0.1:4010. Start it with `npx astra-onboarding simulator`, or set ASTRA_SIMULATOR_URL.',
    ],
  ])
})

it('tells of an exchange that was put off what Astra said, like of any other', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  harness.simulator.failNext('POST /v1/oauth/token', { status: 429 }, 'until-cleared')
  await browser.trip()
  expect(harness.logs).toMatchObject([[{ code: 'astra_unavailable', astraStatus: 429 }, 'refused']])
})

it('names the customer whose tokens cannot be opened', async () => {
  const harness = createHarness()
  await harness.browser().onboard()
  const other = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: OLD_KEY } })
  expect((await other.browser().request('GET', '/status')).status).toBe(500)
  expect(other.logs).toEqual([
    [
      { code: 'token_unreadable', route: 'GET /status', customer: 'customer-1' },
      'refused: A stored token cannot be opened. ASTRA_ENCRYPTION_KEYS misses the key that sealed it.',
    ],
  ])
})

it('tells of maintenance what it tells of a request: code, cause and cure', async () => {
  const memory = memoryStorage()
  let isFull = false
  const storage: AstraStorage = {
    ...memory,
    commit: async (changes) => {
      if (isFull && changes.some(({ kind }) => kind === 'customer'))
        throw new Error(
          '[astra] sqliteStorage: the disk of astra.db is full. Nothing was written; make room.',
        )
      return memory.commit(changes)
    },
  }
  const harness = createHarness({ proxy: { storage } })
  await harness.browser().submit()
  await harness.simulator.webhooks.deliver()
  isFull = true
  expect(await harness.proxy.maintain()).toMatchObject({ failed: 1 })
  expect(harness.logs).toEqual([
    [
      {
        code: 'storage_unavailable',
        route: 'maintain',
        customer: 'customer-1',
        cause: '[astra] sqliteStorage: the disk of astra.db is full. Nothing was written; make room.',
      },
      'maintenance has failed for a customer; a later call tries again',
    ],
  ])
})
