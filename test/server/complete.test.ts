import { expect, it } from 'vitest'
import type { FlowOutcome, OpenFlowAnswer } from '../../src/core/contract.ts'
import type { Goal } from '../../src/core/next-step.ts'
import type { Flow } from '../../src/server/flow.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AUTHORIZE, createHarness, ORIGIN } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'

const TODAY = Date.parse('2026-11-23T18:00:00Z')

const exchanges = (harness: Harness) =>
  harness.simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token').length

/** A browser that has just come back from authorize, before it tells the proxy. */
async function returned(harness: Harness) {
  const browser = harness.browser()
  await browser.submit()
  const { startPath, flow } = await browser.openFlow()
  const url = await browser.walk(await browser.start(startPath), AUTHORIZE)
  return { browser, flowId: flow.id, query: url?.search ?? '' }
}

async function outcome(browser: TestBrowser, flowId: string): Promise<FlowOutcome | undefined> {
  return (await browser.status(`?flow=${flowId}`)).flow?.outcome
}

it('exchanges the code and says where to go on', async () => {
  const harness = createHarness()
  const { browser, flowId, query } = await returned(harness)
  const { status, body } = await browser.complete(query)
  expect(status).toBe(200)
  expect(body).toEqual({
    flow: { id: flowId, flow: 'authorize', presentation: 'redirect', outcome: { state: 'authorized' } },
    returnTo: `https://bank.test/cards?tab=2&astra_flow=${flowId}&astra_goal=onboard`,
  })
})

it.each<[goal: Goal, comesFrom: string]>([
  ['onboard', 'astra_goal=link-card'],
  ['link-card', 'astra_flow=old&astra_goal=onboard'],
])(
  'tells the page that a flow of the goal %s started from which widget goes on, and nothing else',
  async (goal, old) => {
    const browser = createHarness().browser()
    await browser.submit()
    const body = { goal, presentation: 'redirect', returnTo: `${ORIGIN}/cards?${old}#top` }
    const { flow, startPath } = (await (
      await browser.request('POST', '/flows', { body })
    ).json()) as OpenFlowAnswer
    const url = await browser.walk(await browser.start(startPath), AUTHORIZE)
    const target = new URL((await browser.complete(url?.search ?? '')).body.returnTo ?? '')
    expect(target.origin + target.pathname + target.hash).toBe(`${ORIGIN}/cards#top`)
    expect(Object.fromEntries(target.searchParams)).toEqual({ astra_flow: flow.id, astra_goal: goal })
    expect(target.searchParams.size).toBe(2)
  },
)

it('exchanges the code once, however many ask at the same time', async () => {
  const harness = createHarness()
  const { browser, flowId, query } = await returned(harness)
  const answers = await Promise.all(Array.from({ length: 50 }, () => browser.complete(query)))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(answers.filter(({ body }) => body.flow.outcome.state === 'failed')).toEqual([])
  expect(exchanges(harness)).toBe(1)
  expect(await outcome(browser, flowId)).toEqual({ state: 'authorized' })
})

it('takes a return that another instance has found expired, whose clock is a day ahead', async () => {
  const harness = createHarness({ proxy: { storage: { ...memoryStorage(), now: async () => TODAY } } })
  const { browser, flowId, query } = await returned(harness)
  const { proxy } = harness.instance({ proxy: { now: () => TODAY + 24 * 60 * 60_000 } })
  const { fetch } = harness.proxy
  harness.proxy.fetch = proxy.fetch
  expect(await outcome(browser, flowId)).toEqual({ state: 'expired' })
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'expired' })
  await proxy.maintain()
  harness.proxy.fetch = fetch
  expect(await outcome(browser, flowId)).toEqual({ state: 'open' })
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
  expect(exchanges(harness)).toBe(1)
})

it('answers a second complete with the stored result, even after the hour is over', async () => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  const first = await browser.complete(query)
  expect((await browser.complete(query)).body).toEqual(first.body)
  harness.advance(61 * 60_000)
  expect((await browser.complete(query)).body).toEqual(first.body)
  expect(exchanges(harness)).toBe(1)
})

it.each<[string, (query: string) => string]>([
  ['a wrong secret', (query) => `${query.slice(0, -1)}${query.endsWith('A') ? 'B' : 'A'}`],
  ['no secret', (query) => query.replace(/(state=astra\.[\w-]+)\.[\w-]+/, '$1')],
  ['the id of an unknown flow', (query) => query.replace(/astra\.[\w-]+/, 'astra.unknown')],
  ['what no database takes for an id', (query) => query.replace(/astra\.[\w-]+/, 'astra.%00')],
  ['an empty state', (query) => query.replace(/state=[^&]*/, 'state=')],
  ["somebody else's state", (query) => query.replace(/state=[^&]*/, 'state=xyz')],
])('refuses a return with %s', async (_, change) => {
  const memory = memoryStorage()
  const ids: string[] = []
  const get: AstraStorage['get'] = (kind, id) => {
    if (kind === 'flow') ids.push(id)
    return memory.get(kind, id)
  }
  const harness = createHarness({ proxy: { storage: { ...memory, get } } })
  const { browser, query } = await returned(harness)
  const { status, body } = await browser.complete(change(query))
  expect(status).toBe(404)
  expect(ids.filter((id) => !/^[\w-]+$/.test(id))).toEqual([])
  expect(body.error).toMatchObject({
    code: 'flow_not_found',
    message:
      '[astra] No such hosted flow belongs to this browser and customer, or it has expired. Open a new one.',
  })
  expect(exchanges(harness)).toBe(0)
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('refuses a return in another browser, with a cookie of its own or without', async () => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  const other = harness.browser()
  expect((await other.complete(query)).body.error?.code).toBe('flow_not_found')
  await other.openFlow()
  expect((await other.complete(query)).body.error?.code).toBe('flow_not_found')
  expect(exchanges(harness)).toBe(0)
  expect((await browser.complete(query)).status).toBe(200)
})

it('refuses a return for another customer who is signed in, and takes it when nobody is', async () => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  const complete = (customer: string) => {
    const headers = { 'x-test-customer': customer }
    return browser.request('POST', '/flows/complete', { headers, body: { query } })
  }
  expect((await complete('{"id":"customer-2"}')).status).toBe(404)
  expect(exchanges(harness)).toBe(0)
  expect((await complete('null')).status).toBe(200)
  expect(exchanges(harness)).toBe(1)
})

it('exchanges nothing after the hour is over', async () => {
  const harness = createHarness({ simulator: { codeLifetimeSeconds: 7200 } })
  const { browser, query } = await returned(harness)
  harness.advance(60 * 60_000)
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'expired' })
  expect(exchanges(harness)).toBe(0)
})

it.each<[string, (query: string) => string]>([
  ['the code', (query) => `${query}&authorization_code=other`],
  ['the state', (query) => `${query}&state=astra.x.y`],
  ['two different codes', (query) => `${query}&code=other`],
  ['a code and an error', (query) => `${query}&error=access_denied`],
])('refuses a return that has %s twice', async (_, change) => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  const { status, body } = await browser.complete(change(query))
  expect([status, body.error?.code]).toEqual([400, 'return_malformed'])
  expect(exchanges(harness)).toBe(0)
  expect((await browser.complete(query)).status).toBe(200)
})

it.each([
  ['authorized', {}, { state: 'authorized' }],
  ['refused', { status: 400, body: { error: 'invalid_grant' } }, { state: 'failed', error: 'code_refused' }],
] as const)(
  'takes a state once: another code with that of a flow that was %s is not sent',
  async (_, fault, ended) => {
    const harness = createHarness()
    const { browser, query } = await returned(harness)
    if ('status' in fault) harness.simulator.failNext('POST /v1/oauth/token', fault)
    expect((await browser.complete(query)).body.flow.outcome).toMatchObject(ended)
    const other = query.replace(/(code=)[^&]*/, '$1another')
    expect(other).not.toBe(query)
    expect((await browser.complete(other)).body.flow.outcome).toMatchObject(ended)
    expect(exchanges(harness)).toBe(1)
  },
)

it('counts a return without a code once, however often it is posted', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const url = await browser.walk(await browser.start((await browser.openFlow()).startPath), ['cancel'])
  for (let repetition = 0; repetition < 3; repetition++)
    expect((await browser.complete(url?.search ?? '')).body.flow.outcome).toEqual({ state: 'returned' })
  expect((await harness.proxy.status('customer-1')).fruitlessReturns).toBe(1)
})

it('never sends a code twice when the answer to the exchange was lost', async () => {
  const harness = createHarness()
  const { browser, flowId, query } = await returned(harness)
  harness.simulator.failNext('POST /v1/oauth/token', { network: 'after' })
  const failed = { state: 'failed', error: 'exchange_outcome_unknown' }
  expect((await browser.complete(query)).body.flow.outcome).toMatchObject(failed)
  expect((await browser.complete(query)).body.flow.outcome).toMatchObject(failed)
  expect(await outcome(browser, flowId)).toMatchObject(failed)
  expect(exchanges(harness)).toBe(1)
  expect((await browser.status()).step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'again' })
  await browser.trip(['consent', 'connect'])
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each([
  [{ status: 500 }, 'exchange_outcome_unknown'],
  [{ status: 200, body: { access_token: 'at' } }, 'exchange_outcome_unknown'],
  [{ status: 400, body: '<html>' }, 'exchange_outcome_unknown'],
  [{ status: 400, body: { error: 'invalid_grant' } }, 'code_refused'],
  [{ status: 400, body: { error: 'invalid_request' } }, 'code_refused'],
  [
    { status: 401, body: { error: 'invalid_client' } },
    'astra_refused_client',
    ': Astra does not accept the client credentials. Check ASTRA_CLIENT_ID, ASTRA_CLIENT_SECRET and ASTRA_ENVIRONMENT. Tokens were kept.',
  ],
])('ends the flow when Astra answers the exchange with %j', async (fault, error, cure = '') => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  harness.simulator.failNext('POST /v1/oauth/token', fault)
  expect((await browser.complete(query)).body.flow.outcome).toMatchObject({ state: 'failed', error })
  const said = expect.objectContaining({ code: error, astraStatus: fault.status })
  expect(harness.logs).toEqual([[said, `a code was not exchanged${cure}`]])
  await expect(harness.proxy.getAccessToken('customer-1')).rejects.toThrow('has not authorized yet')
})

it('keeps the flow open after a 429: Astra has not looked at the code', async () => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  harness.simulator.failNext('POST /v1/oauth/token', { status: 429 })
  expect((await browser.complete(query)).status).toBe(503)
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('refuses an expired code', async () => {
  const harness = createHarness()
  const { browser, query } = await returned(harness)
  harness.advance(301_000)
  expect((await browser.complete(query)).body.flow.outcome).toMatchObject({
    state: 'failed',
    error: 'code_refused',
  })
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
})

it('finishes two flows of one browser, the later one first', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const flows = [await browser.openFlow(), await browser.openFlow('popup')] as const
  const [first, second] = [await browser.start(flows[0].startPath), await browser.start(flows[1].startPath)]
  const later = await browser.walk(second, AUTHORIZE)
  const earlier = await browser.walk(first, ['consent', 'connect'])
  const answers = [await browser.complete(later?.search ?? ''), await browser.complete(earlier?.search ?? '')]
  expect(answers.map(({ body }) => [body.flow.id, body.flow.outcome.state])).toEqual([
    [flows[1].flow.id, 'authorized'],
    [flows[0].flow.id, 'authorized'],
  ])
})

it('takes a return without state for the newest started flow of this browser', async () => {
  const harness = createHarness({ simulator: { echoState: false } })
  const { browser, query, flowId } = await returned(harness)
  expect(query).not.toContain('state')
  harness.advance(1_000)
  await browser.openFlow()
  expect((await harness.browser().complete(query)).body.error?.code).toBe('flow_not_found')
  const { body } = await browser.complete(query)
  expect([body.flow.id, body.flow.outcome]).toEqual([flowId, { state: 'authorized' }])
})

it('answers the return with one static page that a GET changes nothing by', async () => {
  const harness = createHarness()
  const { browser, flowId, query } = await returned(harness)
  const before = harness.simulator.requests.length
  const response = await browser.request('GET', `/return${query}`)
  const page = await response.text()
  expect(response.status).toBe(200)
  expect(page).toBe(await (await browser.request('GET', '/return')).text())
  expect(harness.simulator.requests).toHaveLength(before)
  expect(await outcome(browser, flowId)).toEqual({ state: 'open' })
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
})

it.each(['', '?error=access_denied', '?authorization_code=forged'])(
  'gives the genuine return precedence over one without state that anybody can cause (%j)',
  async (forged) => {
    const harness = createHarness()
    const { browser, query } = await returned(harness)
    for (let count = 0; count < 3; count++) await browser.complete(forged)
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
    expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
    await browser.complete(forged)
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  },
)

it('gives a return without state to a flow of the customer who is signed in', async () => {
  const harness = createHarness({ simulator: { echoState: false } })
  const { browser, query } = await returned(harness)
  const headers = { 'x-test-customer': '{"id":"customer-2"}' }
  const response = await browser.request('POST', '/flows/complete', { headers, body: { query } })
  expect(response.status).toBe(404)
  expect(exchanges(harness)).toBe(0)
})

it('finds the flow of a return without state again by its code, when another flow is open too', async () => {
  const harness = createHarness({ simulator: { echoState: false } })
  const browser = harness.browser()
  await browser.submit()
  await browser.start((await browser.openFlow()).startPath)
  harness.advance(1_000)
  const newer = await browser.openFlow()
  const returned = await browser.walk(await browser.start(newer.startPath), AUTHORIZE)
  for (let repetition = 0; repetition < 3; repetition++) {
    const { body } = await browser.complete(returned?.search ?? '')
    expect(body.flow).toMatchObject({ id: newer.flow.id, outcome: { state: 'authorized' } })
  }
  expect(harness.simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token')).toHaveLength(1)
})

it('lets the genuine return take over from one that anybody may have sent', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
  for (const forged of ['', 'error=access_denied', '']) await browser.complete(forged)
  expect((await browser.complete(returned?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
})

/** A storage that fails the next so many commits with tokens for a customer; `after`: they are written all the same. */
function storageThatFailsTokens() {
  const memory = memoryStorage()
  const fault = { times: 0, after: false }
  const authorizations: unknown[] = []
  const storage: AstraStorage = {
    ...memory,
    commit: async (changes) => {
      const strikes = changes.some(({ kind }) => kind === 'user') && fault.times-- > 0
      const isWritten = (!strikes || fault.after) && (await memory.commit(changes))
      const { progress } = (changes.find(({ kind }) => kind === 'flow')?.data ?? {}) as Partial<Flow>
      if (isWritten && progress?.state === 'authorized') authorizations.push(changes)
      if (strikes) throw new Error('the connection was lost')
      return isWritten
    },
  }
  return { fault, authorizations, harness: createHarness({ proxy: { storage, wait: async () => {} } }) }
}

it.each([
  ['nothing of it was written', false],
  ['it was written all the same', true],
])('keeps the tokens when the commit after the exchange fails once and %s', async (_, after) => {
  const { harness, fault, authorizations } = storageThatFailsTokens()
  const { browser, query } = await returned(harness)
  Object.assign(fault, { times: 1, after })
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
  // Written twice, it would undo a refresh that came in between.
  expect(authorizations).toHaveLength(1)
  expect(harness.audits.filter(({ event }) => event === 'flow.finish')).toHaveLength(1)
  expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  expect(exchanges(harness)).toBe(1)
})

it('puts the tokens aside when the storage goes on failing, and uses them as soon as it works', async () => {
  const { harness, fault } = storageThatFailsTokens()
  const { browser, query, flowId } = await returned(harness)
  fault.times = 5
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'open' })
  expect(await outcome(browser, flowId)).toEqual({ state: 'authorized' })
  expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  expect(exchanges(harness)).toBe(1)
})

it('takes the same return again when its code has never left for Astra', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  let isDown = false
  const harness = createHarness({
    proxy: {
      fetch: async (request) => {
        if (isDown) throw new TypeError('fetch failed', { cause })
        return harness.simulator.fetch(request)
      },
    },
  })
  const { browser, query } = await returned(harness)
  isDown = true
  const first = await browser.complete(query)
  expect([first.status, (first.body as { error?: { code: string } }).error?.code]).toEqual([
    503,
    'astra_unavailable',
  ])
  isDown = false
  const second = await browser.complete(query)
  expect(second.body.flow.outcome).toEqual({ state: 'authorized' })
  expect(exchanges(harness)).toBe(1)
})

it('takes the same return again when the storage failed before the code was sent', async () => {
  const memory = memoryStorage()
  let isDown = false
  const commit: AstraStorage['commit'] = async (changes) => {
    // The flow is claimed; the customer's lease comes next.
    if (isDown && changes[0]?.kind === 'customer') throw new Error('locked')
    return memory.commit(changes)
  }
  const harness = createHarness({ proxy: { storage: { ...memory, commit } } })
  const { browser, query } = await returned(harness)
  isDown = true
  expect((await browser.complete(query)).status).toBe(503)
  isDown = false
  expect((await browser.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
  expect(exchanges(harness)).toBe(1)
})

it('ends a flow without a code in one commit, so that a storage that fails for a moment loses nothing', async () => {
  const shared = memoryStorage()
  let isDown = false
  const storage: AstraStorage = {
    ...shared,
    commit: async (changes) => {
      const isEnding = changes.some(
        ({ kind, data }) => kind === 'flow' && (data as Flow).progress.state !== 'open',
      )
      if (!isDown || !isEnding) return shared.commit(changes)
      isDown = false
      throw new Error('down for a moment')
    },
  }
  const harness = createHarness({ proxy: { storage } })
  const browser = harness.browser()
  await browser.submit()
  const { startPath, flow } = await browser.openFlow()
  const url = await browser.walk(await browser.start(startPath), ['cancel'])
  isDown = true
  const { status, body } = await browser.complete(url?.search ?? '')
  expect([status, body.flow.outcome]).toEqual([200, { state: 'returned' }])
  expect((await shared.get('customer', 'customer-1'))?.data).toMatchObject({ fruitlessReturns: 1 })
  harness.advance(91_000)
  expect(await outcome(browser, flow.id)).toEqual({ state: 'returned' })
})
