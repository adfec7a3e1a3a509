import { expect, it } from 'vitest'
import type { AstraStorage, Identity } from '../../src/server/index.ts'
import { ROUTE_TABLE } from '../../src/server/route-table.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'

const BEARER = 'a-bearer-that-is-longer-than-32-characters'
const MIA = { ...ROSA, firstName: 'Mia', email: 'mia@example.com', phone: '(415) 555-0177' }

type Row = (typeof ROUTE_TABLE)[number]

/** Everything of the first customer's that a second one could have got hold of, but the cookie. */
interface Loot {
  customerId: string
  intentId: string
  userId: string
  flowId: string
  /** As it came back from Astra, with state and code. */
  query: string
  state: string
  code: string
}

/** One try of the second customer's. */
interface Attempt {
  path: string
  body?: unknown
  headers?: Record<string, string>
}

/** What a second customer tries at each route. A route of the table that is missing here fails. */
const ATTEMPTS: Record<string, (loot: Loot) => Attempt[]> = {
  'GET /status': ({ flowId, customerId }) => [
    { path: '/status' },
    { path: `/status?flow=${flowId}` },
    { path: `/status?goal=onboard&flow=${flowId}` },
    { path: `/status?goal=link-card&flow=${flowId}` },
    { path: `/status?flow=${flowId}&id=${customerId}` },
  ],
  'POST /user-intents': ({ intentId }) => [
    { path: '/user-intents', body: { profile: MIA, replace: true } },
    { path: '/user-intents', body: { profile: MIA, goal: 'link-card' } },
    { path: '/user-intents', body: { profile: MIA, intentId } },
    { path: '/user-intents', body: { profile: { ...MIA, user_intent_id: intentId } } },
  ],
  'POST /flows': ({ flowId }) => [
    { path: '/flows', body: { goal: 'onboard', presentation: 'redirect', returnTo: `${ORIGIN}/cards` } },
    { path: '/flows', body: { goal: 'onboard', presentation: 'popup', returnTo: `${ORIGIN}/`, id: flowId } },
    { path: '/flows', body: { goal: 'link-card', presentation: 'popup', returnTo: `${ORIGIN}/cards` } },
  ],
  'POST /flows/complete': ({ query, state, code }) => [
    { path: '/flows/complete', body: { query } },
    { path: '/flows/complete', body: { query: `?authorization_code=${code}` } },
    { path: '/flows/complete', body: { query: `?state=${state}` } },
    { path: '/flows/complete', body: { query: `?state=${state}&error=access_denied` } },
    { path: '/flows/complete', body: { query: '' } },
  ],
  'GET /flows/:id/start': ({ flowId }) => [
    { path: `/flows/${flowId}/start` },
    { path: `/flows/${flowId}/start`, headers: { 'sec-fetch-mode': 'navigate' } },
  ],
  'POST /webhook': ({ intentId, userId }) => {
    const body = { webhook_type: 'user_intent_updated', webhook_id: '1', resource_id: intentId }
    return [
      { path: '/webhook', body },
      { path: '/webhook', body, headers: { 'astra-verification': `${'A'.repeat(43)}=` } },
      { path: '/webhook', body: { ...body, webhook_type: 'card_updated', user_id: userId } },
    ]
  },
  'GET /customers/:id': ({ customerId }) => [
    { path: `/customers/${customerId}` },
    { path: `/customers/${customerId}`, headers: { authorization: `Bearer ${BEARER}x` } },
    { path: `/customers/${customerId}`, headers: { authorization: 'Bearer ' } },
  ],
  'GET /return': ({ query, flowId }) => [
    { path: `/return${query}` },
    { path: `/return?astra_flow=${flowId}` },
  ],
}

function attemptsOf(row: Row): (loot: Loot) => Attempt[] {
  const attempts = ATTEMPTS[row.name]
  if (!attempts) throw new Error(`say what a second customer may try at ${row.name}`)
  return attempts
}

/** Storage of which the test can see everything. */
function openStorage(): { storage: AstraStorage; records: Map<string, unknown> } {
  const inner = memoryStorage()
  const records = new Map<string, unknown>()
  const storage: AstraStorage = {
    ...inner,
    commit: async (changes) => {
      const written = await inner.commit(changes)
      if (written) for (const { kind, id, data } of changes) records.set(`${kind} ${id}`, data)
      return written
    },
  }
  return { storage, records }
}

interface Scene {
  harness: Harness
  victim: TestBrowser
  loot: Loot
  /** What must never come out: everything that is the first customer's alone. */
  secrets: string[]
  /** The first customer's records. */
  theirs(): string
}

/** The first customer is back from Astra, and has not posted the code yet. */
async function scene(): Promise<Scene> {
  const { storage, records } = openStorage()
  const harness = createHarness({
    proxy: {
      storage,
      identify: (request) => JSON.parse(request.headers.get('x-test-customer') ?? 'null') as Identity | null,
      trustedAuthentication: {
        provider: 'fernhill',
        customerToken: BEARER,
        customer: (id) => ({ firstName: 'Rosa', lastName: 'Lindqvist', phone: `+1415555${id.length}` }),
      },
    },
  })
  const victim = harness.browser('customer-rosa')
  await victim.submit()
  const { reference } = await victim.status()
  const { flow, startPath } = await victim.openFlow()
  const returned = await victim.walk(await victim.start(startPath), AUTHORIZE)
  const [intent] = harness.simulator.intents()
  const query = returned?.search ?? ''
  const parameters = new URLSearchParams(query)
  const loot: Loot = {
    customerId: 'customer-rosa',
    intentId: intent?.id ?? '',
    userId: intent?.user_id ?? '',
    flowId: flow.id,
    query,
    state: parameters.get('state') ?? '',
    code: parameters.get('authorization_code') ?? '',
  }
  const { query: _, ...alone } = loot
  return {
    harness,
    victim,
    loot,
    secrets: [...Object.values(alone), reference, ROSA.email, 'Lindqvist'],
    theirs: () =>
      JSON.stringify(
        [...records].filter(([name, data]) => `${name} ${JSON.stringify(data)}`.includes('rosa')),
      ),
  }
}

/** Who else asks: from which browser, and with which headers. */
const STRANGERS: Record<string, (scene: Scene) => Promise<Stranger> | Stranger> = {
  'another customer with a flow of their own': async ({ harness }) => ({ browser: await withFlow(harness) }),
  'nobody, in a browser that has a flow': async ({ harness }) => ({
    browser: await withFlow(harness),
    identity: 'null',
  }),
  'nobody, without a cookie': ({ harness }) => ({ browser: harness.browser(), identity: 'null' }),
  'another customer in the same browser': ({ victim }) => ({
    browser: victim,
    identity: '{"id":"customer-mia"}',
  }),
}

interface Stranger {
  browser: TestBrowser
  /** JSON of another identity than the browser's. */
  identity?: string
}

async function withFlow(harness: Harness): Promise<TestBrowser> {
  const browser = harness.browser('customer-mia')
  await browser.submit(MIA)
  await browser.openFlow()
  return browser
}

const cases = ROUTE_TABLE.flatMap((row) =>
  Object.keys(STRANGERS).map((who) => ({ row, route: row.name, who })),
)

it.each(cases)('$route shows and changes nothing of a customer for $who', async ({ row, who }) => {
  const stage = await scene()
  const { victim, loot, secrets, theirs } = stage
  const stranger = await STRANGERS[who]?.(stage)
  const before = theirs()
  for (const { path, body, headers } of attemptsOf(row)(loot)) {
    const all = { ...headers, ...(stranger?.identity && { 'x-test-customer': stranger.identity }) }
    const response = await stranger?.browser.request(row.method, path, { body, headers: all })
    const answer = JSON.stringify([...(response?.headers ?? [])]) + (await response?.text())
    expect(response?.status, answer).toBeLessThan(500)
    for (const secret of secrets) expect(answer).not.toContain(secret)
    expect(theirs()).toBe(before)
  }
  // It is all still there for the one whose it is.
  const { body } = await victim.complete(loot.query)
  expect(body.flow.outcome).toEqual({ state: 'authorized' })
})

it('has a rule for every route, and none for another', () => {
  expect(Object.keys(ATTEMPTS).toSorted()).toEqual(ROUTE_TABLE.map(({ name }) => name).toSorted())
  expect(ROUTE_TABLE.map(attemptsOf)).toHaveLength(ROUTE_TABLE.length)
})
