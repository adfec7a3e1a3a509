import { expect, it } from 'vitest'
import type { ErrorAnswer } from '../../src/core/contract.ts'
import { ROUTE_TABLE } from '../../src/server/route-table.ts'
import { createHarness, ORIGIN, ROSA } from '../support/harness.ts'

const APP = 'https://app.example'
const ROUTES = [
  { method: 'GET', path: '/status' },
  { method: 'POST', path: '/user-intents' },
  { method: 'POST', path: '/flows' },
  { method: 'POST', path: '/flows/complete' },
]
const NAVIGATIONS = ['/flows/x/start', '/return']

/** Origins that resemble an allowed one. */
const FOREIGN = [
  'https://bank.test.evil',
  'https://evil.bank.test',
  'https://bank.testevil',
  'http://bank.test',
  'https://bank.test:8443',
  'https://bank.test:443',
  'https://bank.test/',
  'https://BANK.TEST',
  'HTTPS://bank.test',
  'https://bank.test, https://app.example',
  'null',
  '*',
  '',
]

function setUp(allowedOrigins: string[] = [ORIGIN, APP]) {
  const { proxy, simulator } = createHarness({ proxy: { allowedOrigins } })
  const send = (method: string, path: string, headers: Record<string, string>, body?: string) => {
    const init = { method, headers, ...(body !== undefined && { body }) }
    return proxy.fetch(new Request(`${ORIGIN}/api/astra${path}`, init), { remoteAddress: '127.0.0.1' })
  }
  return { send, simulator }
}

const preflight = (origin: string, method: string) => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': 'content-type,x-astra-onboarding',
})
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))
const codeOf = async (response: Response) => ((await response.json()) as ErrorAnswer).error.code

it('knows every route of the table', () => {
  const table = (caller: string) => ROUTE_TABLE.filter((row) => row.caller === caller)
  expect(table('script').map(({ method }) => method)).toEqual(ROUTES.map(({ method }) => method))
  expect(table('script').every(({ path }, index) => path.test(ROUTES[index]?.path ?? ''))).toBe(true)
  expect(table('navigation').every(({ path }, index) => path.test(NAVIGATIONS[index] ?? ''))).toBe(true)
  expect(table('navigation')).toHaveLength(NAVIGATIONS.length)
})

it.each(ROUTES.flatMap((route) => [ORIGIN, APP].map((origin) => ({ ...route, origin }))))(
  'answers the preflight of $origin for $method $path with exactly that',
  async ({ method, path, origin }) => {
    const response = await setUp().send('OPTIONS', path, preflight(origin, method))
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': method,
      'access-control-allow-headers': 'authorization, content-type, if-none-match, x-astra-onboarding',
      'access-control-expose-headers': 'etag, retry-after',
      'access-control-max-age': '7200',
    })
    expect(response.headers.get('vary')).toBe('Origin')
  },
)

it.each(ROUTES.flatMap((route) => FOREIGN.map((origin) => ({ ...route, origin }))))(
  'refuses the preflight of "$origin" for $method $path without a word of permission',
  async ({ method, path, origin }) => {
    const response = await setUp().send('OPTIONS', path, preflight(origin, method))
    expect([response.status, corsOf(response), response.headers.get('vary')]).toEqual([403, {}, 'Origin'])
    expect(await codeOf(response)).toBe('cross_site_request')
  },
)

it.each(ROUTES.flatMap((route) => FOREIGN.map((origin) => ({ ...route, origin }))))(
  'keeps the answer to $method $path from "$origin", also when it says that it is the same origin',
  async ({ method, path, origin }) => {
    const { send } = setUp()
    for (const site of ['same-origin', 'cross-site']) {
      const headers = { origin, 'sec-fetch-site': site, 'x-astra-onboarding': '1' }
      const response = await send(method, path, headers)
      expect([corsOf(response), response.headers.get('vary')]).toEqual([{}, 'Origin'])
    }
  },
)

it('opens answers and refusals to an allowed origin, and shows it what it needs to know', async () => {
  const { send } = setUp()
  const headers = { origin: APP, 'sec-fetch-site': 'cross-site', 'x-astra-onboarding': '1' }
  const signedIn = { ...headers, 'x-test-customer': '{"id":"customer-1"}' }
  const json = { ...signedIn, 'content-type': 'application/json' }
  const status = await send('GET', '/status', signedIn)
  const answers: [number, Response][] = [
    [200, status],
    [304, await send('GET', '/status', { ...signedIn, 'if-none-match': status.headers.get('etag') ?? '' })],
    [201, await send('POST', '/user-intents', json, JSON.stringify({ profile: ROSA }))],
    [401, await send('GET', '/status', headers)],
    [403, await send('GET', '/status', { origin: APP })],
    [405, await send('DELETE', '/status', signedIn)],
    [422, await send('POST', '/user-intents', json, JSON.stringify({ profile: {} }))],
  ]
  for (const [expected, response] of answers) {
    expect(response.status).toBe(expected)
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag, retry-after',
    })
    expect(response.headers.get('vary')).toBe('Origin')
  }
})

it('opens the answer to a failure of our own, which says nothing', async () => {
  const { proxy } = createHarness({
    proxy: {
      allowedOrigins: [APP],
      identify: () => {
        throw new Error('rosa@example.com')
      },
    },
  })
  const headers = { origin: APP, 'x-astra-onboarding': '1' }
  const response = await proxy.fetch(new Request(`${ORIGIN}/api/astra/status`, { headers }))
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([500, APP])
  expect(await codeOf(response)).toBe('internal')
})

it('opens nothing to the origin of the redirect URI once others are listed in its place', async () => {
  const { send } = setUp([APP])
  expect((await send('OPTIONS', '/status', preflight(ORIGIN, 'GET'))).status).toBe(403)
})

it.each(NAVIGATIONS)('opens the navigation %s to nobody', async (path) => {
  const { send } = setUp()
  const asked = await send('OPTIONS', path, preflight(APP, 'GET'))
  expect([asked.status, corsOf(asked)]).toEqual([405, {}])
  expect(corsOf(await send('GET', path, { origin: APP }))).toEqual({})
})

it('takes no OPTIONS that is not a preflight, and none for an unknown route', async () => {
  const { send } = setUp()
  expect((await send('OPTIONS', '/status', { origin: APP })).status).toBe(405)
  const unknown = await send('OPTIONS', '/customers', preflight(APP, 'GET'))
  expect([unknown.status, corsOf(unknown)]).toEqual([404, {}])
})
