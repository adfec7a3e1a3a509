import { expect, it } from 'vitest'
import type { ErrorAnswer } from '../../src/core/contract.ts'
import type { AstraProxyOptions, AstraStorage } from '../../src/server/index.ts'
import { ROUTE_TABLE } from '../../src/server/route-table.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ORIGIN, ROSA } from '../support/harness.ts'

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string | ReadableStream | undefined
}

/** Every route that a script calls, with a body that would be taken. */
const ROUTES = [
  { method: 'GET', path: '/status', body: undefined },
  { method: 'POST', path: '/user-intents', body: JSON.stringify({ profile: ROSA }) },
  {
    method: 'POST',
    path: '/flows',
    body: JSON.stringify({ goal: 'onboard', presentation: 'popup', returnTo: `${ORIGIN}/cards` }),
  },
  { method: 'POST', path: '/flows/complete', body: JSON.stringify({ query: '?code=c' }) },
] as const
const POSTS = ROUTES.filter(({ method }) => method === 'POST')

const SIGNED_IN = { 'x-test-customer': '{"id":"customer-1"}' }
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', 'x-astra-onboarding': '1' }
const JSON_TYPE = { 'content-type': 'application/json' }
const TRUSTED = { ...SIGNED_IN, ...SAME_ORIGIN, ...JSON_TYPE }

function setUp(options: Partial<AstraProxyOptions> = {}) {
  const memory = memoryStorage()
  const writes: unknown[] = []
  const storage: AstraStorage = {
    ...memory,
    commit: (changes) => (writes.push(changes), memory.commit(changes)),
    increment: (key, span) => (writes.push(key), memory.increment(key, span)),
  }
  const { proxy, simulator, logs } = createHarness({ proxy: { storage, ...options } })
  const send = async (path: string, { method = 'POST', headers = TRUSTED, body }: Sent = {}) => {
    const init = { method, headers, duplex: 'half', ...(body !== undefined && { body }) }
    const request = new Request(`${ORIGIN}/api/astra${path}`, init)
    const response = await proxy.fetch(request, { remoteAddress: '127.0.0.1' })
    const text = await response.text()
    return { status: response.status, text, error: text ? (JSON.parse(text) as ErrorAnswer).error : null }
  }
  const expectNothingDone = () => expect([...writes, ...simulator.requests]).toEqual([])
  return { send, logs, expectNothingDone }
}

it('knows every route that a script calls, and lets no other route write', () => {
  const known = ROUTES.map(({ method, path }) => `${method} ${path}`)
  const table = ROUTE_TABLE.filter(({ caller }) => caller === 'script').map(({ method, path }) => {
    const route = ROUTES.find((row) => row.method === method && path.test(row.path))
    return `${method} ${route?.path ?? path.source}`
  })
  expect(table).toEqual(known)
  expect(ROUTE_TABLE.filter(({ caller, method }) => caller === 'navigation' && method !== 'GET')).toEqual([])
})

const REFUSED: [string, Record<string, string>][] = [
  ['without the custom header', { 'sec-fetch-site': 'same-origin', origin: ORIGIN }],
  ['from another site', { 'x-astra-onboarding': '1', 'sec-fetch-site': 'cross-site' }],
  ['from a sibling subdomain', { 'x-astra-onboarding': '1', 'sec-fetch-site': 'same-site' }],
  ['from the address bar', { 'x-astra-onboarding': '1', 'sec-fetch-site': 'none' }],
  ['from a foreign origin', { 'x-astra-onboarding': '1', origin: 'https://evil.example' }],
  ['from a null origin', { 'x-astra-onboarding': '1', origin: 'null' }],
  ['from the origin over http', { 'x-astra-onboarding': '1', origin: 'http://bank.test' }],
  ['from the origin on another port', { 'x-astra-onboarding': '1', origin: 'https://bank.test:8443' }],
  [
    'from an origin that begins alike',
    { 'x-astra-onboarding': '1', origin: 'https://bank.test.evil.example' },
  ],
  ['without Sec-Fetch-Site and Origin', { 'x-astra-onboarding': '1' }],
]

it.each(ROUTES.flatMap((route) => REFUSED.map(([name, headers]) => ({ ...route, name, headers }))))(
  'refuses $method $path $name, and does nothing',
  async ({ method, path, headers, body }) => {
    const { send, expectNothingDone } = setUp()
    const sent = { ...SIGNED_IN, ...JSON_TYPE, ...headers }
    const { status, error } = await send(path, { method, headers: sent, body })
    expect(status).toBe(403)
    expect(error).toMatchObject({
      code: 'cross_site_request',
      message:
        '[astra] The request did not come from an allowed origin. Call the proxy from the same origin over https or localhost, or add the origin to `allowedOrigins`.',
    })
    expectNothingDone()
  },
)

it.each([
  ['the same origin', { 'sec-fetch-site': 'same-origin' }],
  ['the origin of the redirect URI, from a browser without Sec-Fetch-Site', { origin: ORIGIN }],
  ['an allowed origin of another site', { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }],
])('accepts %s', async (_, headers) => {
  const { send } = setUp({ allowedOrigins: [ORIGIN, 'https://app.example'] })
  const sent = { ...SIGNED_IN, ...JSON_TYPE, 'x-astra-onboarding': '1', ...headers }
  expect((await send('/status', { method: 'GET', headers: sent })).status).toBe(200)
  expect(
    (await send('/user-intents', { headers: sent, body: JSON.stringify({ profile: ROSA }) })).status,
  ).toBe(201)
})

it.each(
  POSTS.flatMap(({ path, body }) =>
    [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'text/plain; application/json',
      'application/json-patch+json',
      '',
    ].map((type) => ({ path, body, type })),
  ),
)('refuses POST $path as "$type", and does nothing', async ({ path, body, type }) => {
  const { send, expectNothingDone } = setUp()
  const { status, error } = await send(path, { headers: { ...TRUSTED, 'content-type': type }, body })
  expect([status, error?.code]).toEqual([400, 'body_malformed'])
  expectNothingDone()
})

it('accepts JSON with a charset', async () => {
  const headers = { ...TRUSTED, 'content-type': 'Application/JSON; charset=utf-8' }
  const { send } = setUp()
  expect((await send('/user-intents', { headers, body: JSON.stringify({ profile: ROSA }) })).status).toBe(201)
})

it.each(POSTS)(
  'refuses a body over 16 KiB on POST $path, whatever its length header says',
  async ({ path }) => {
    const { send, expectNothingDone } = setUp()
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(' '.repeat(1024))),
    })
    const { status, error } = await send(path, { body, headers: { ...TRUSTED, 'content-length': '2' } })
    expect(status).toBe(413)
    expect(error).toMatchObject({
      code: 'body_too_large',
      message: '[astra] The request body is larger than 16 KiB, or a webhook larger than 64 KiB.',
    })
    expectNothingDone()
  },
)

it('counts the body in bytes and takes 16 KiB of them', async () => {
  const { send } = setUp()
  const padded = (length: number) => JSON.stringify({ profile: ROSA }).padEnd(length, ' ')
  expect((await send('/user-intents', { body: padded(16 * 1024 + 1) })).status).toBe(413)
  expect((await send('/user-intents', { body: JSON.stringify({ x: 'é'.repeat(8192) }) })).status).toBe(413)
  expect((await send('/user-intents', { body: padded(16 * 1024) })).status).toBe(201)
})

it.each([
  ['/user-intents', { profile: ROSA, status: 'approved' }],
  ['/user-intents', { profile: { ...ROSA, ip_address: '8.8.8.8' } }],
  ['/user-intents', { profile: { ...ROSA, kycType: 'unverified' } }],
  ['/flows', { goal: 'onboard', presentation: 'popup', returnTo: ORIGIN, flow: 'authorize' }],
  ['/flows/complete', { query: '', customerId: 'customer-1' }],
])('refuses a member that POST %s does not know', async (path, body) => {
  const { send, expectNothingDone } = setUp()
  const { status, error } = await send(path, { body: JSON.stringify(body) })
  expect([status, error?.code]).toEqual([400, 'body_malformed'])
  expectNothingDone()
})

it.each(['?customer=2', '?goal=other', '?goal=onboard&goal=onboard'])(
  'refuses GET /status%s',
  async (query) => {
    expect((await setUp().send(`/status${query}`, { method: 'GET' })).status).toBe(400)
  },
)

it.each(['{"profile":{"ssnLast4":"7391"', '', 'null', '[]', '"7391"', '{"__proto__":{"7391":1}}'])(
  'refuses the body %j and repeats none of it',
  async (body) => {
    const { send, logs, expectNothingDone } = setUp()
    const { status, text, error } = await send('/user-intents', { body })
    expect(status).toBe(400)
    expect(error).toMatchObject({
      code: 'body_malformed',
      message:
        '[astra] The request body is not the JSON object that this route expects, or has a member it does not know.',
    })
    expect(text + JSON.stringify(logs)).not.toContain('7391')
    expectNothingDone()
  },
)

it.each(['/', '/customers', '/status/', '/flows/a%2Fb/start', '/flows/x/start/y', '/user-intents/x'])(
  'answers 404 to the unknown route %s',
  async (path) => {
    const { status, error } = await setUp().send(path, { method: 'GET' })
    expect(status).toBe(404)
    expect(error).toMatchObject({
      code: 'route_not_found',
      message:
        '[astra] The proxy has no such route. Check that `basePath` is the same in createAstraProxy and in the widget.',
    })
  },
)

it.each([
  ['POST', '/status'],
  ['GET', '/user-intents'],
  ['PUT', '/user-intents'],
  ['GET', '/flows'],
  ['GET', '/flows/complete'],
  ['POST', '/flows/x/start'],
  ['POST', '/return'],
  ['DELETE', '/status'],
])('answers 405 to %s %s', async (method, path) => {
  const { status, error } = await setUp().send(path, { method })
  expect([status, error?.code, error?.message]).toEqual([
    405,
    'method_not_allowed',
    '[astra] The route exists, but not with this method.',
  ])
})

it.each(ROUTES.filter(({ path }) => path !== '/flows/complete'))(
  'answers 401 to $method $path when nobody is signed in, and 500 when `identify` gives no id',
  async ({ method, path, body }) => {
    const nobody = [
      401,
      'unauthenticated',
      '[astra] No signed-in customer. Return { id } from the `identify` option of createAstraProxy.',
    ]
    const mistake = [
      500,
      'configuration_invalid',
      '[astra] createAstraProxy: something is configured wrongly; the log says what, and the cure.',
    ]
    for (const [customer, refusal] of [
      ['null', nobody],
      ['{"id":""}', mistake],
      ['{"id":7}', mistake],
    ] as const) {
      const { send, expectNothingDone } = setUp()
      const headers = { ...TRUSTED, 'x-test-customer': customer }
      const { status, error } = await send(path, { method, headers, body })
      expect([status, error?.code, error?.message]).toEqual(refusal)
      expectNothingDone()
    }
  },
)

it('shows identify the headers and never the body', async () => {
  const seen: Request[] = []
  const identify = (request: Request) => (seen.push(request), { id: 'customer-1' })
  const { send } = setUp({ identify })
  const body = JSON.stringify({ profile: ROSA })
  expect((await send('/user-intents', { body, headers: { ...TRUSTED, cookie: 'session=1' } })).status).toBe(
    201,
  )
  expect(seen.map((request) => [request.method, request.headers.get('cookie'), request.body])).toEqual([
    ['POST', 'session=1', null],
  ])
})
