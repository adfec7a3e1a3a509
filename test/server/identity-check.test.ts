import { describe, expect, it } from 'vitest'
import { readCustomer } from '../../src/server/customer.ts'
import type { Flow } from '../../src/server/flow.ts'
import type { SimulatorOptions } from '../../src/simulator/index.ts'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Deed, Harness } from '../support/harness.ts'

const exchanges = (harness: Harness) =>
  harness.simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token').length

it.each([
  ['another e-mail', { email: 'mia@example.com' }],
  ['another name', { firstName: 'Mia' }],
  ['nothing different: one user belongs to one customer', {}],
])('drops the tokens when the phone belongs to the user of another customer, with %s', async (_, change) => {
  const harness = createHarness()
  await harness.browser().onboard()
  const second = harness.browser('customer-2')
  await second.submit({ ...ROSA, ...change })
  const { body } = await second.trip()
  expect(exchanges(harness)).toBe(2)
  expect(body.flow.outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
  expect((await readCustomer(harness.storage, 'customer-2')).data).toMatchObject({
    tokens: null,
    user: null,
  })
  await expect(harness.proxy.getAccessToken('customer-2')).rejects.toMatchObject({
    code: 'reauthorization_required',
  })
  expect(await harness.proxy.status('customer-1')).toMatchObject({
    authorized: true,
    step: { name: 'complete' },
  })
})

it.each([
  ['was authorized before', AUTHORIZE],
  ['left half-way before', ['phone', 'code']],
] as const)(
  "drops the tokens of another user's code, put into the return of somebody who %s",
  async (_, deeds) => {
    const harness = createHarness()
    await harness.browser('customer-2').onboard({ ...ROSA, email: 'mia@example.com', phone: '4155550143' })
    const browser = harness.browser()
    await browser.submit()
    const left = await browser.walk(await browser.start((await browser.openFlow()).startPath), deeds)
    if (left) await browser.complete(left.search)
    harness.advance(11 * 24 * 60 * 60_000)
    await browser.status()
    const url = await browser.start((await browser.openFlow()).startPath)
    url.searchParams.delete('user_intent_id')
    url.searchParams.set('phone', '4155550143')
    const back = await browser.walk(url, AUTHORIZE)
    const before = exchanges(harness)
    const { body } = await browser.complete(back?.search ?? '')
    expect(exchanges(harness)).toBe(before + 1)
    expect(body.flow.outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
    expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: false })
  },
)

it('drops the tokens of a user who has the same details and another id', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { email, phone, first_name, last_name } = harness.simulator.intents()[0] ?? never()
  const body = { id: 'another', status: 'approved', email, phone, first_name, last_name }
  harness.simulator.failNext('GET /v1/user', { status: 200, body })
  const { flow } = (await browser.trip()).body
  expect(flow.outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
})

describe('when Astra cannot tell whose the tokens are', () => {
  async function putAside() {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    const { flow } = (await browser.trip()).body
    return { harness, browser, flow }
  }

  it('keeps them unusable, and uses them as soon as Astra answers', async () => {
    const { harness, browser, flow } = await putAside()
    expect(flow.outcome).toEqual({ state: 'open' })
    await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    const answer = await browser.status(`?flow=${flow.id}`)
    expect([answer.step, answer.flow?.outcome]).toEqual([{ name: 'complete' }, { state: 'authorized' }])
    expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
    expect(exchanges(harness)).toBe(1)
  })

  it('answers with the outage meanwhile, never with another consent', async () => {
    const { harness, browser } = await putAside()
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    const response = await browser.request('GET', '/status')
    expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      'astra_unavailable',
    ])
    expect((await browser.request('GET', '/status')).status).toBe(503)
    const [, said] = harness.logs.at(-1) as [unknown, string]
    expect(said).toBe(
      'refused: Whose the tokens of this customer are was asked of Astra a moment ago, without an answer. It is asked again by the next status.',
    )
    harness.advance(5_000)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('drops them after a quarter of an hour', async () => {
    const { harness, browser, flow } = await putAside()
    harness.advance(15 * 60_000)
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    const answer = await browser.status(`?flow=${flow.id}`)
    expect(answer.flow?.outcome).toMatchObject({ state: 'failed', error: 'astra_unavailable' })
    expect(answer.step).toMatchObject({ name: 'hosted-flow', reason: 'again' })
  })

  it('drops them when they turn out to be somebody else’s', async () => {
    const { harness, browser, flow } = await putAside()
    const { email, phone, first_name, last_name } = harness.simulator.intents()[0] ?? never()
    const body = { id: 'another', status: 'approved', email, phone, first_name, last_name }
    harness.simulator.failNext('GET /v1/user', { status: 200, body })
    const answer = await browser.status(`?flow=${flow.id}`)
    expect(answer.flow?.outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
  })
})

describe('a stranger’s code without state, during an outage', () => {
  /** Its tokens lie on the flow, while the person is still at Astra; `back` is what they will return with. */
  async function sneakIn() {
    const harness = createHarness()
    const stranger = harness.browser('stranger')
    await stranger.submit({ ...ROSA, phone: '4155550143', email: 'mia@example.com', firstName: 'Mia' })
    const theirs = await stranger.walk(await stranger.start((await stranger.openFlow()).startPath), AUTHORIZE)
    const browser = harness.browser()
    await browser.submit()
    const { flow, startPath } = await browser.openFlow()
    const url = await browser.start(startPath)
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    const code = theirs?.searchParams.get('authorization_code') ?? never()
    const { body } = await browser.complete(`?authorization_code=${code}`)
    expect(body.flow.outcome).toEqual({ state: 'open' })
    const back = async () => (await browser.walk(url, AUTHORIZE))?.search ?? never()
    return { harness, browser, flow, back }
  }

  it('does not keep the genuine return from being taken', async () => {
    const { harness, browser, flow, back } = await sneakIn()
    expect((await browser.complete(await back())).body.flow.outcome).toEqual({ state: 'authorized' })
    const answer = await browser.status(`?flow=${flow.id}`)
    expect([answer.step, answer.flow?.outcome]).toEqual([{ name: 'complete' }, { state: 'authorized' }])
    const owner = harness.simulator.users().find(({ email }) => email === ROSA.email)
    expect(await harness.proxy.getAccessToken('customer-1')).toBe(owner?.access?.token)
  })

  it('does not undo the genuine return that comes while Astra is asked whose it is', async () => {
    const { harness, browser, back } = await sneakIn()
    const query = await back()
    let returning: ReturnType<typeof browser.complete> | undefined
    const slow = harness.instance({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.url.endsWith('/v1/user') && !returning) {
            returning = browser.complete(query)
            for (let turn = 0; turn < 50; turn++)
              await new Promise<void>((resolve) => void setImmediate(resolve))
          }
          return answer
        },
      },
    })
    await slow.proxy.status('customer-1')
    expect((await returning)?.body.flow.outcome).toEqual({ state: 'authorized' })
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    const owner = harness.simulator.users().find(({ email }) => email === ROSA.email)
    expect(await harness.proxy.getAccessToken('customer-1')).toBe(owner?.access?.token)
  })
})

describe('two returns while Astra cannot tell whose the tokens are', () => {
  /** The person's own on the first of two flows, and a stranger's code without our state, which goes to the other. */
  async function during(outage: (own: () => Promise<void>, strangers: () => Promise<void>) => Promise<void>) {
    const harness = createHarness()
    const stranger = harness.browser('stranger')
    await stranger.submit({ ...ROSA, phone: '4155550143', email: 'mia@example.com', firstName: 'Mia' })
    const theirs = await stranger.walk(await stranger.start((await stranger.openFlow()).startPath), AUTHORIZE)
    const browser = harness.browser()
    await browser.submit()
    const own = await browser.openFlow()
    const url = await browser.start(own.startPath)
    harness.advance(1_000)
    const other = await browser.openFlow()
    await browser.start(other.startPath)
    const back = await browser.walk(url, AUTHORIZE)
    const code = theirs?.searchParams.get('authorization_code') ?? never()
    harness.simulator.failNext('GET /v1/user', { status: 503 }, 'until-cleared')
    await outage(
      async () => void (await browser.complete(back?.search ?? never())),
      async () => {
        const { flow } = (await browser.complete(`?authorization_code=${code}`)).body
        expect(flow.id).toBe(other.flow.id)
      },
    )
    harness.simulator.clearFaults()
    harness.advance(5_000)
    const answer = await browser.status(`?flow=${own.flow.id}`)
    const owner = harness.simulator.users().find(({ email }) => email === ROSA.email)
    return { harness, answer, owner, strangersFlow: await harness.storage.get('flow', other.flow.id) }
  }

  it.each(['before', 'after'])('keep the one with our state, which comes %s the other', async (when) => {
    const { harness, answer, owner, strangersFlow } = await during(async (own, strangers) => {
      if (when === 'before') await own()
      await strangers()
      if (when === 'after') await own()
    })
    expect([answer.step, answer.flow?.outcome]).toEqual([{ name: 'complete' }, { state: 'authorized' }])
    expect(await harness.proxy.getAccessToken('customer-1')).toBe(owner?.access?.token)
    expect(strangersFlow?.data).toMatchObject({ progress: { state: 'failed', error: 'astra_unavailable' } })
  })
})

describe('when the key of tokens that were put aside is gone', () => {
  const key = (byte: number) => ({ ASTRA_ENCRYPTION_KEYS: Buffer.alloc(32, byte).toString('base64') })

  async function loseKey() {
    const harness = createHarness({ env: key(1) })
    await harness.browser().submit()
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    const { flow } = (await harness.browser().trip()).body
    return { harness: harness.instance({ env: key(2) }), flow }
  }

  it.each([
    ['at once', 0, 'token_unreadable'],
    ['after a quarter of an hour', 15 * 60_000, 'astra_unavailable'],
  ])('drops the tokens %s, and lets the customer authorize again', async (_, ms, code) => {
    const { harness, flow } = await loseKey()
    harness.advance(ms)
    const browser = harness.browser()
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', reason: 'again' })
    expect((await harness.storage.get('flow', flow.id))?.data).toMatchObject({
      progress: { state: 'failed', error: code },
    })
    expect(harness.logs).toContainEqual([
      expect.objectContaining({ code }),
      expect.stringMatching(/^tokens were dropped/),
    ])
    expect((await browser.trip(['phone', 'code', 'consent', 'connect'])).body.flow.outcome).toEqual({
      state: 'authorized',
    })
  })
})

describe('when Astra knows the person from elsewhere', () => {
  /** A bank with a new database, whose customer types these details in and goes through the module. */
  async function comeBack(change: Partial<typeof ROSA>, told?: Partial<Record<'user' | 'intent', object>>) {
    let state: SimulatorOptions['state']
    const elsewhere = createHarness({ simulator: { onChange: (current) => (state = current) } })
    await elsewhere.browser().onboard()
    const harness = createHarness({ simulator: { state: structuredClone(state ?? never()) } })
    const browser = harness.browser()
    await browser.submit({ ...ROSA, ...change })
    const { body } = await browser.trip(AUTHORIZE, () => {
      if (!told) return
      const { id, email, phone, first_name, last_name } = harness.simulator.users()[0] ?? never()
      const person = { email, phone, first_name, last_name }
      const user = { ...person, id, status: 'approved', ...told.user }
      const intent = { ...person, status: 'approved', ...told.intent }
      harness.simulator.failNext('GET /v1/user', { status: 200, body: user })
      harness.simulator.failNext('GET /v1/user_intent/:id', { status: 200, body: intent })
    })
    return { harness, outcome: body.flow.outcome }
  }

  it('keeps the tokens when phone, e-mail and names are those that were typed in', async () => {
    const { harness, outcome } = await comeBack({})
    expect(outcome).toEqual({ state: 'authorized' })
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      authorized: true,
      userId: harness.simulator.users()[0]?.id,
      userIntentStatus: 'converted_to_user',
    })
  })

  it.each([{ email: 'mia@example.com' }, { firstName: 'Mia' }, { lastName: 'Okafor' }])(
    'drops the tokens when %j was typed in',
    async (change) => {
      const { harness, outcome } = await comeBack(change)
      expect(outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
      expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: false, userId: null })
    },
  )

  it.each([
    { phone: '+14155550143' },
    { email: 'mia@example.com' },
    { first_name: 'Mia' },
    { last_name: 'Okafor' },
  ])('drops the tokens when the User has %j and the intent does not name its User', async (user) => {
    expect((await comeBack({}, {})).outcome).toEqual({ state: 'authorized' })
    const { harness, outcome } = await comeBack({}, { user })
    expect(outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
    expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: false, userId: null })
  })

  it.each(['phone', 'email', 'first_name', 'last_name'])(
    'drops the tokens when Astra tells no %s of User and intent: nothing is no likeness',
    async (field) => {
      const untold = { [field]: '' }
      const { harness, outcome } = await comeBack({}, { user: untold, intent: untold })
      expect(outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
      expect(await harness.proxy.status('customer-1')).toMatchObject({ authorized: false, userId: null })
    },
  )
})

describe('a business that nobody has authorized for yet', () => {
  it('refuses a stranger’s code without our state, and takes the genuine return afterwards', async () => {
    const harness = createHarness()
    const stranger = harness.browser('customer-2')
    await stranger.submit()
    const injected = await stranger.walk(
      await stranger.start((await stranger.openFlow()).startPath),
      AUTHORIZE,
    )
    injected?.searchParams.delete('state')
    const browser = harness.browser({ id: 'business-1', businessProfileId: await businessProfile(harness) })
    const link = await browser.start((await browser.openFlow()).startPath)

    const { flow } = (await browser.complete(injected?.search ?? '')).body
    expect(flow.outcome).toMatchObject({ state: 'failed', error: 'flow_not_found' })
    expect(exchanges(harness)).toBe(0)
    expect(harness.logs).toEqual([
      [{ code: 'flow_not_found', route: 'complete', customer: 'business-1' }, 'a code was not exchanged'],
    ])
    expect((await readCustomer(harness.storage, 'business-1')).data).toMatchObject({
      tokens: null,
      user: null,
    })

    const back = await browser.walk(link, ['phone 4155550160', 'code', 'consent', 'connect'])
    expect((await browser.complete(back?.search ?? '')).body.flow).toMatchObject({
      id: flow.id,
      outcome: { state: 'authorized' },
    })
  })
})

it('lets a business authorize without our state from the second time on', async () => {
  const harness = createHarness({ simulator: { echoState: false } })
  const browser = harness.browser({ id: 'business-1', businessProfileId: await businessProfile(harness) })
  const outcome = async (echoed: boolean, deeds: readonly Deed[] = []) => {
    const url = await browser.start((await browser.openFlow()).startPath)
    const back = await browser.walkThrough(url, deeds)
    if (echoed) back.searchParams.set('state', url.searchParams.get('state') ?? never())
    return (await browser.complete(back.search)).body.flow.outcome
  }
  expect(await outcome(false, ['phone 4155550160'])).toMatchObject({ error: 'flow_not_found' })
  expect(await outcome(true)).toEqual({ state: 'authorized' })
  harness.advance(11 * 24 * 60 * 60_000)
  await browser.status()
  expect(await outcome(false)).toEqual({ state: 'authorized' })
})

/** What the partner's own backend tells Astra of a business. */
async function businessProfile({ simulator }: Harness): Promise<string> {
  const person = { first_name: 'Ada', last_name: 'Novak' }
  const profile = {
    ...person,
    phone: '+14155550160',
    email: 'ada@example.com',
    business_info: { business_type: 'llc', business_name: 'Novak Bakery' },
    business_admin: person,
    business_controller: person,
  }
  const response = await simulator.fetch(
    new Request('http://127.0.0.1:4010/v1/business_profile', {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa('simulator:simulator-secret')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(profile),
    }),
  )
  return ((await response.json()) as { id: string }).id
}

function never(): never {
  throw new Error('the simulator knows nothing')
}

it.each([
  ['GET /v1/user', 401],
  ['GET /v1/user', 403],
  ['GET /v1/user_intent/:id', 404],
] as const)('puts the tokens aside when %s answers %d for a moment', async (route, status) => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath, flow } = await browser.openFlow()
  const url = await browser.walkThrough(await browser.start(startPath))
  harness.simulator.failNext(route, { status })
  expect((await browser.complete(url.search)).body.flow.outcome).toEqual({ state: 'open' })
  harness.advance(5_000)
  const answer = await browser.status(`?flow=${flow.id}`)
  expect([answer.step, answer.flow?.outcome]).toEqual([{ name: 'complete' }, { state: 'authorized' }])
  expect(exchanges(harness)).toBe(1)
})

it('drops the tokens that one flow has put aside when another puts its own there', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const flows = [await browser.openFlow(), await browser.openFlow()]
  const returns: string[] = []
  for (const { startPath } of flows)
    returns.push((await browser.walkThrough(await browser.start(startPath))).search)
  harness.simulator.failNext('GET /v1/user', { status: 503 }, 'until-cleared')
  for (const query of returns) await browser.complete(query)
  harness.simulator.clearFaults()
  const stored = await harness.storage.find('flow', 'customer', 'customer-1')
  expect(stored.map(({ data }) => (data as Flow).progress.state).toSorted()).toEqual(['failed', 'unverified'])
  harness.advance(5_000)
  const [first, second] = flows.map(({ flow }) => flow.id)
  expect((await browser.status(`?flow=${second}`)).flow?.outcome).toEqual({ state: 'authorized' })
  expect((await browser.status(`?flow=${first}`)).flow?.outcome).toMatchObject({ state: 'failed' })
})

it('compares again when a correction has come between the comparison and its end', async () => {
  let held: { reached: () => void; until: Promise<void> } | null = null
  let creation = Promise.resolve()
  const harness: Harness = createHarness({
    proxy: {
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        const { pathname } = new URL(request.url)
        if (request.method === 'POST' && pathname === '/v1/user_intent') await creation
        if (held && request.method === 'GET' && pathname.startsWith('/v1/user_intent/')) {
          const { reached, until } = held
          held = null
          reached()
          await until
        }
        return answer
      },
    },
  })
  const browser = harness.browser()
  await browser.submit()
  const { startPath, flow } = await browser.openFlow()
  const url = await browser.start(startPath)
  let answerCreation = () => {}
  creation = new Promise((resolve) => (answerCreation = resolve))
  const correction = browser.correct({ ...ROSA, phone: '(415) 555-0199', firstName: 'Roza' })
  while (harness.simulator.intents().length < 2) await new Promise((resolve) => setTimeout(resolve))
  const back = await browser.walk(url, AUTHORIZE)
  let goOn = () => {}
  const isCompared = new Promise<void>((resolve) => {
    held = { reached: resolve, until: new Promise((go) => (goOn = go)) }
  })
  const completion = browser.complete(back?.search ?? '')
  await isCompared
  answerCreation()
  expect((await correction).status).toBe(201)
  goOn()
  await completion
  harness.advance(5_000)
  const { step, flow: seen } = await browser.status(`?flow=${flow.id}`)
  const stored = await readCustomer(harness.storage, 'customer-1')
  expect(stored.data).toMatchObject({
    intent: { id: harness.simulator.intents()[0]?.id },
    phoneChanged: false,
  })
  expect(seen?.outcome).toEqual({ state: 'authorized' })
  expect(step).toEqual({ name: 'complete' })
})

describe('a person who corrects their details while the window to Astra is open', () => {
  /** Signs in with the first intent, when the second is theirs already. */
  async function correctInBetween(change: object) {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    const url = await browser.start((await browser.openFlow()).startPath)
    expect((await browser.correct({ ...ROSA, ...change })).status).toBe(201)
    const back = await browser.walk(url, AUTHORIZE)
    return { harness, browser, complete: () => browser.complete(back?.search ?? '') }
  }

  it.each([
    ['another e-mail', { email: 'rosa.l@example.com' }],
    ['another name', { lastName: 'Lindquist' }],
    ['another phone', { phone: '+14155550199' }],
    ['another address', { address1: '19 Harbor View Rd' }],
  ])('and signs in there is in, as the User that the earlier intent has become: %s', async (_, change) => {
    const { harness, browser, complete } = await correctInBetween(change)
    const [first, second] = harness.simulator.intents().map(({ id }) => id)
    expect((await complete()).body.flow.outcome).toEqual({ state: 'authorized' })
    expect((await browser.status()).step).toEqual({ name: 'complete' })
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      userIntentId: first,
      userIntentStatus: 'converted_to_user',
      userId: harness.simulator.users()[0]?.id,
    })
    const attempts = await harness.storage.find('attempt', 'customer', 'customer-1')
    const states = attempts.map(({ data }) => data as { intentId: string; state: string })
    expect(Object.fromEntries(states.map(({ intentId, state }) => [intentId, state]))).toEqual({
      [first ?? '']: 'created',
      [second ?? '']: 'superseded',
    })
  })

  it('is in although they came back without a code the first time', async () => {
    const { browser } = await correctInBetween({ lastName: 'Lindquist' })
    expect((await browser.trip()).body.flow.outcome).toEqual({ state: 'authorized' })
  })

  it('is let in as soon as Astra tells of both intents', async () => {
    const { harness, browser, complete } = await correctInBetween({ lastName: 'Lindquist' })
    harness.simulator.failNext('GET /v1/user_intent/:id', { status: 503 }, 'until-cleared')
    expect((await complete()).body.flow.outcome).toEqual({ state: 'open' })
    harness.simulator.clearFaults()
    harness.advance(5_000)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('does not get a stranger’s User by it, nor the stranger theirs', async () => {
    const harness = createHarness()
    await harness.browser('customer-2').submit({ ...ROSA, phone: '+14155550199', email: 'mia@example.com' })
    await harness.browser('customer-2').trip()
    const browser = harness.browser()
    await browser.submit({ ...ROSA, phone: '+14155550199' })
    await browser.correct({ ...ROSA, phone: '+14155550199', lastName: 'Lindquist' })
    expect((await browser.trip()).body.flow.outcome).toMatchObject({ error: 'identity_mismatch' })
  })
})
