import { describe, expect, it } from 'vitest'
import type { RecordKind } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness } from '../support/harness.ts'
import type { Harness, HarnessOptions } from '../support/harness.ts'
import { createDoorkeeper } from '../support/held-request.ts'

const HOUR = 60 * 60 * 1000
const OLD_KEY = 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0='
const NEW_KEY = 'bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0='

const calls = (harness: Harness, wanted: string) =>
  harness.simulator.requests.filter(({ route }) => route === wanted)
const refreshes = (harness: Harness) => calls(harness, 'POST /v1/oauth/token').length - 1
const token = (harness: Harness, customerId = 'customer-1') => harness.proxy.getAccessToken(customerId)

async function onboarded(env: Record<string, string> = {}) {
  const harness = createHarness({ env })
  const browser = harness.browser()
  await browser.onboard()
  return { harness, browser, user: () => harness.simulator.users()[0] }
}

/** A second proxy on the same records and the same Astra, with other keys. */
function restarted(harness: Harness, keys: string): Harness {
  const { storage, simulator } = harness
  return createHarness({ env: { ASTRA_ENCRYPTION_KEYS: keys }, proxy: { storage, fetch: simulator.fetch } })
}

async function stored(harness: Harness, kind: RecordKind, id: string) {
  const record = await harness.storage.get(kind, id)
  if (!record) throw new Error(`no ${kind} ${id}`)
  return record
}

it('answers the stored token while it lives, without a call to Astra', async () => {
  const { harness, user } = await onboarded()
  const before = harness.simulator.requests.length
  expect(await token(harness)).toBe(user()?.access?.token)
  harness.advance(2 * HOUR - 61_000)
  expect(await token(harness)).toBe(user()?.access?.token)
  expect(harness.simulator.requests).toHaveLength(before)
})

it('refreshes a minute before the token ends: it could die on the way', async () => {
  const { harness, user } = await onboarded()
  const first = await token(harness)
  harness.advance(2 * HOUR - 60_000)
  const second = await token(harness)
  expect(second).not.toBe(first)
  expect(second).toBe(user()?.access?.token)
})

it('refreshes once, however many ask at the same time', async () => {
  const { harness } = await onboarded()
  harness.advance(3 * HOUR)
  const tokens = await Promise.all(Array.from({ length: 50 }, () => token(harness)))
  expect(new Set(tokens).size).toBe(1)
  expect(refreshes(harness)).toBe(1)
  expect(await token(harness)).toBe(tokens[0])
})

const GRANTED = { access_token: 'at', refresh_token: 'rt', expires_in: 7_200, token_type: 'bearer' }

describe('when the refresh fails', () => {
  it.each([
    { status: 400, error: 'invalid_request' },
    { status: 400, error: 'unauthorized_client' },
    { status: 401, error: 'unauthorized_client' },
    { status: 400, error: 'unsupported_grant_type' },
  ])('keeps the tokens after $status $error, which is about the request', async ({ status, error }) => {
    const { harness } = await onboarded()
    harness.advance(3 * HOUR)
    harness.simulator.failNext('POST /v1/oauth/token', { status, body: { error } })
    await expect(token(harness)).rejects.toMatchObject({
      code: 'astra_refused_client',
      message:
        '[astra] Astra refuses the request for tokens itself, and says nothing against the authorization. Check ASTRA_CLIENT_ID, ASTRA_REDIRECT_URI and ASTRA_ENVIRONMENT. Tokens were kept.',
    })
    expect(await token(harness)).toMatch(/^at_/)
  })

  it.each(['invalid_request', 'token authorization required'])(
    'gives up what is refused as %j once its refresh token has outlived its ten days',
    async (error) => {
      const { harness } = await onboarded()
      harness.advance(10 * 24 * HOUR + 1)
      harness.simulator.failNext('POST /v1/oauth/token', { status: 400, body: { error } })
      await expect(token(harness)).rejects.toMatchObject({ code: 'reauthorization_required' })
    },
  )

  it.each([
    ['Invalid client_id', 400],
    ['token authentication required', 401],
    ['token authorization required', 400],
  ])('takes %j with %i for a word about the configuration', async (error, status) => {
    const { harness } = await onboarded()
    harness.advance(3 * HOUR)
    harness.simulator.failNext('POST /v1/oauth/token', { status, body: { error } })
    await expect(token(harness)).rejects.toMatchObject({ code: 'astra_refused_client' })
    expect(await token(harness)).toMatch(/^at_/)
  })

  it.each([400, 401])(
    'keeps the tokens after invalid_client with %i, and raises the alarm',
    async (status) => {
      const { harness } = await onboarded()
      harness.advance(3 * HOUR)
      harness.simulator.failNext('POST /v1/oauth/token', { status, body: { error: 'invalid_client' } })
      await expect(token(harness)).rejects.toMatchObject({
        code: 'astra_refused_client',
        message:
          '[astra] Astra does not accept the client credentials. Check ASTRA_CLIENT_ID, ASTRA_CLIENT_SECRET and ASTRA_ENVIRONMENT. Tokens were kept.',
      })
      expect(await token(harness)).toMatch(/^at_/)
    },
  )

  it.each([
    { status: 400, body: { error: 'invalid_grant' } },
    { status: 401, body: { error: 'invalid_grant' } },
    { status: 401, body: { error: 'invalid_token' } },
    { status: 400, body: { error: 'The specified user has not authorized this OAuth Client' } },
    { status: 400 },
  ])('gives the authorization up after $status $body.error', async (fault) => {
    const { harness, browser } = await onboarded()
    harness.advance(3 * HOUR)
    harness.simulator.failNext('POST /v1/oauth/token', fault)
    await expect(token(harness)).rejects.toMatchObject({ code: 'reauthorization_required' })
    await expect(token(harness)).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(refreshes(harness)).toBe(1)
    expect((await browser.status()).step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'again' })
  })

  it('warns once of an authorization that has ended, with the customer, Astra’s request id and status', async () => {
    const { harness, browser } = await onboarded()
    harness.advance(3 * HOUR)
    const fault = { status: 400, body: { error: 'invalid_grant' }, headers: { 'request-id': 'req_dead' } }
    harness.simulator.failNext('POST /v1/oauth/token', fault)
    await Promise.allSettled(Array.from({ length: 5 }, () => token(harness)))
    await browser.status()
    await expect(token(harness)).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(harness.logs).toEqual([
      [
        { code: 'reauthorization_required', customer: 'customer-1', requestId: 'req_dead', astraStatus: 400 },
        'an authorization has ended: Astra no longer accepts it',
      ],
    ])
  })

  it.each([
    { status: 429 },
    { status: 500 },
    { status: 503 },
    { status: 200, body: { access_token: 'at' } },
    ...[
      { access_token: '' },
      { refresh_token: '' },
      { access_token: 'at\nx' },
      { refresh_token: 'r t' },
      { expires_in: 0 },
      { expires_in: -5 },
    ].map((change) => ({ status: 200, body: { ...GRANTED, ...change } })),
    { status: 400, body: '<html>400 Bad Request</html>' },
    { status: 400, body: { message: 'Bad Request' } },
    { status: 400, body: { error: 'temporarily_unavailable' } },
    { network: 'before' as const },
    { network: 'after' as const },
  ])('keeps the tokens after $status $network', async (fault) => {
    const { harness, browser } = await onboarded()
    harness.advance(3 * HOUR)
    harness.simulator.failNext('POST /v1/oauth/token', fault)
    await expect(token(harness)).rejects.toMatchObject({ code: 'astra_unavailable', retryable: true })
    expect(await token(harness)).toMatch(/^at_/)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('tells everybody who waits, and asks again for the next one', async () => {
    const { harness } = await onboarded()
    harness.advance(3 * HOUR)
    harness.simulator.failNext('POST /v1/oauth/token', { status: 503 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => token(harness)))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5)
    expect(refreshes(harness)).toBe(1)
    expect(await token(harness)).toMatch(/^at_/)
  })

  it('lets a consent in another process wait for it, and keeps the tokens of the consent', async () => {
    let beforeRefresh = () => {}
    const wait = () => new Promise<void>((resolve) => void setTimeout(resolve, 1))
    const harness = createHarness({
      proxy: {
        wait,
        fetch: async (request) => {
          const isRefresh = (await request.clone().text()).includes('grant_type=refresh_token')
          if (isRefresh) beforeRefresh()
          return harness.simulator.fetch(request)
        },
      },
    })
    const { storage, simulator } = harness
    const other = createHarness({ proxy: { storage, fetch: simulator.fetch, wait } })
    const browser = harness.browser()
    await browser.submit()
    const url = await browser.start((await browser.openFlow()).startPath)
    await browser.trip()
    const second = await browser.walk(url, ['consent', 'connect'])
    simulator.expire(simulator.users()[0]?.id ?? '', 'authorization')
    harness.advance(6_000)
    let completing: ReturnType<typeof browser.complete> | undefined
    beforeRefresh = () => {
      harness.proxy.fetch = other.proxy.fetch
      completing = browser.complete(second?.search ?? '')
    }
    await expect(token(harness)).resolves.toMatch(/^at_/)
    simulator.expire(simulator.users()[0]?.id ?? '', 'access-token')
    await browser.status()
    expect((await completing)?.body.flow.outcome).toEqual({ state: 'authorized' })
    expect(await token(harness)).toBe(simulator.users()[0]?.access?.token)
  })
})

describe('when Astra refuses a token that is not expired', () => {
  it('refreshes once and repeats the call', async () => {
    const { harness, browser, user } = await onboarded()
    harness.simulator.expire(user()?.id ?? '', 'access-token')
    harness.advance(6_000)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    expect(refreshes(harness)).toBe(1)
    expect(
      calls(harness, 'GET /v1/user')
        .map(({ status }) => status)
        .slice(-2),
    ).toEqual([401, 200])
  })

  it('does not refresh a second time when the fresh token is refused too, and keeps it', async () => {
    const { harness, browser } = await onboarded()
    harness.simulator.failNext('GET /v1/user', { status: 401 })
    harness.simulator.failNext('GET /v1/user', { status: 401 })
    harness.advance(6_000)
    const response = await browser.request('GET', '/status')
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { code: 'astra_unexpected' } })
    expect(refreshes(harness)).toBe(1)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('asks to authorize again when the refresh tokens are gone too', async () => {
    const { harness, browser, user } = await onboarded()
    harness.simulator.expire(user()?.id ?? '', 'authorization')
    harness.advance(6_000)
    expect((await browser.status()).step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'again' })
  })
})

describe('sealing', () => {
  it('stores no token as it is', async () => {
    const { harness, user } = await onboarded()
    const flows = await harness.storage.find('flow', 'customer', 'customer-1')
    const records = JSON.stringify([await stored(harness, 'customer', 'customer-1'), flows])
    const access = user()?.access?.token ?? ''
    const refresh = user()?.refresh[0]?.token ?? ''
    expect([access, refresh]).toEqual([expect.stringMatching(/^at_/), expect.stringMatching(/^rt_/)])
    for (const secret of [access, refresh]) {
      expect(records).not.toContain(secret)
      expect(records).not.toContain(btoa(secret).slice(0, 40))
    }
  })

  it("does not open tokens that were moved to another customer's record", async () => {
    const { harness } = await onboarded()
    const { data } = await stored(harness, 'customer', 'customer-1')
    await harness.storage.commit([{ kind: 'customer', id: 'customer-2', expectedVersion: null, data }])
    await expect(token(harness, 'customer-2')).rejects.toMatchObject({
      code: 'token_unreadable',
      message:
        '[astra] A stored token cannot be opened. ASTRA_ENCRYPTION_KEYS misses the key that sealed it.',
    })
    expect(await token(harness)).toMatch(/^at_/)
  })

  it('does not open tokens that were changed', async () => {
    const { harness } = await onboarded()
    const { data, version } = await stored(harness, 'customer', 'customer-1')
    const { tokens } = data as { tokens: { sealed: string } }
    const sealed = tokens.sealed.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'))
    const change = { kind: 'customer', id: 'customer-1', expectedVersion: version } as const
    await harness.storage.commit([
      { ...change, data: { ...(data as object), tokens: { ...tokens, sealed } } },
    ])
    await expect(token(harness)).rejects.toMatchObject({ code: 'token_unreadable' })
  })

  it('opens with every key, and writes with the first', async () => {
    const { harness } = await onboarded({ ASTRA_ENCRYPTION_KEYS: OLD_KEY })
    const first = await token(harness)
    const both = restarted(harness, `${NEW_KEY}, ${OLD_KEY}`)
    expect(await token(both)).toBe(first)
    both.advance(3 * HOUR)
    const second = await token(both)
    expect(second).not.toBe(first)
    expect(await token(restarted(harness, NEW_KEY))).toBe(second)
    await expect(token(restarted(harness, OLD_KEY))).rejects.toMatchObject({ code: 'token_unreadable' })
  })

  it('keeps tokens whose key is missing, so that they open when it is back', async () => {
    const { harness } = await onboarded({ ASTRA_ENCRYPTION_KEYS: OLD_KEY })
    const first = await token(harness)
    const without = restarted(harness, NEW_KEY)
    await expect(token(without)).rejects.toMatchObject({ code: 'token_unreadable', status: 500 })
    expect((await without.browser().request('GET', '/status')).status).toBe(500)
    expect(await token(restarted(harness, OLD_KEY))).toBe(first)
  })
})

it('gives another token to a partner whose token Astra has refused', async () => {
  const { harness, user } = await onboarded()
  const refused = await token(harness)
  const other = await harness.proxy.getAccessToken('customer-1', { refused })
  expect(other).not.toBe(refused)
  expect(other).toBe(user()?.access?.token)
  // Who comes late with the same report gets the one that was fetched meanwhile.
  expect(await harness.proxy.getAccessToken('customer-1', { refused })).toBe(other)
  expect(refreshes(harness)).toBe(1)
})

it('keeps the tokens after a 401 that speaks of the credentials and not of the grant', async () => {
  const { harness } = await onboarded()
  harness.advance(3 * HOUR)
  const body = { code: 401, name: 'Unauthorized', description: 'Invalid client_id' }
  harness.simulator.failNext('POST /v1/oauth/token', { status: 401, body })
  await expect(token(harness)).rejects.toMatchObject({ code: 'astra_refused_client' })
  expect(await token(harness)).toBeTruthy()
})

describe('without a token', () => {
  const NOT_YET =
    '[astra] This customer has not authorized yet, or is not known by this id: it is the one that `identify` gives. Render AstraOnboarding so that the person can authorize.'
  const ENDED =
    '[astra] The authorization of this customer has ended: Astra no longer accepts it. Render AstraOnboarding so that the person can authorize again.'
  const refusal = (message: string) => ({ code: 'reauthorization_required', message })

  it('says of somebody who has never authorized that they have not', async () => {
    const harness = createHarness()
    await expect(token(harness, 'nobody')).rejects.toMatchObject(refusal(NOT_YET))
    expect(harness.simulator.requests).toEqual([])
    await harness.browser().submit()
    await expect(token(harness)).rejects.toMatchObject(refusal(NOT_YET))
  })

  it('says of an authorization that has died that it has ended, at once and later', async () => {
    const { harness } = await onboarded()
    harness.advance(11 * 24 * HOUR)
    await expect(token(harness)).rejects.toMatchObject(refusal(ENDED))
    await expect(token(harness)).rejects.toMatchObject(refusal(ENDED))
  })

  it('says of somebody who was imported without a token that they have not authorized', async () => {
    const harness = createHarness()
    await harness.proxy.import('customer-1', { userId: 'user-1' })
    await expect(token(harness)).rejects.toMatchObject(refusal(NOT_YET))
  })
})

it('refreshes nothing when another process has done it between the look at the tokens and the lease', async () => {
  let beforeLease = async () => {}
  // Whoever takes a lease asks for the time first.
  const now = async () => (await beforeLease(), 0)
  const harness = createHarness({ proxy: { storage: { ...memoryStorage(), now } } })
  await harness.browser().onboard()
  harness.advance(3 * HOUR)
  let theirs: string | undefined
  beforeLease = async () => {
    beforeLease = async () => {}
    theirs = await token(harness.instance())
  }
  expect(await token(harness)).toBe(theirs)
  expect(theirs).toBe(harness.simulator.users()[0]?.access?.token)
  expect(refreshes(harness)).toBe(1)
})

it('never gives the token that was found expired, also when the lease on the refresh was lost', async () => {
  const door = createDoorkeeper()
  const isRefresh = ({ url }: Request) => url.endsWith('/v1/oauth/token')
  const slow = (): HarnessOptions => ({
    proxy: {
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        await door.pass(request)
        return answer
      },
    },
  })
  const harness: Harness = createHarness(slow())
  await harness.browser().onboard()
  harness.advance(3 * HOUR)
  const first = door.holdNext(isRefresh)
  const standing = token(harness)
  await first.arrived
  // Longer than its lease, so that the next one begins.
  harness.advance(25_000)
  const second = door.holdNext(isRefresh)
  const next = token(harness.instance(slow()))
  await second.arrived
  first.open()
  await expect(standing).rejects.toMatchObject({
    code: 'astra_unavailable',
    message:
      '[astra] This process stood still for longer than a refresh may take, and another one is getting new tokens for this customer. Ask again.',
  })
  second.open()
  expect(await next).toBe(harness.simulator.users()[0]?.access?.token)
})
