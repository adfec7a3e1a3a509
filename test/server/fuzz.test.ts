import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { AstraProxy } from '../../src/server/index.ts'
import { ROUTE_TABLE } from '../../src/server/route-table.ts'
import { AUTHORIZE, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

/** `npm run test:fuzz` sends a hundred thousand. */
const RUNS = Number(process.env['ASTRA_FUZZ'] ?? 3000)
/** The sample is the same every time; a long run is another every time, and tells its seed when it fails. */
const SEED = process.env['ASTRA_SEED'] ?? (RUNS > 3000 ? undefined : '1')
const MARKER = 'zQx7marker7xQz'
const BEARER = 'a-bearer-that-is-longer-than-32-characters'
/** Outages of Astra, by which alone a 503 may come about. */
const OUTAGES = ['GET /v1/user_intent/:id', 'GET /v1/user'] as const

const text = fc.oneof(
  fc.constantFrom(
    '',
    MARKER,
    `<script>${MARKER}</script>`,
    `\r\nx: ${MARKER}`,
    `${MARKER}%00%ff`,
    '__proto__',
    '../../etc',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((noise) => noise + MARKER),
  fc.integer({ min: 1, max: 20_000 }).map((length) => MARKER.repeat(1 + length / MARKER.length)),
)

/** JSON that is nearly right, and JSON that is not. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, -1, 1e308, [], {}),
)
const poison = fc.constantFrom(
  `{"__proto__":{"polluted":"${MARKER}"}}`,
  `{"constructor":{"prototype":{"polluted":"${MARKER}"}}}`,
  `{"profile":{"__proto__":{"email":"${MARKER}"}},"query":"?__proto__[polluted]=${MARKER}"}`,
)
const near = fc
  .tuple(
    fc.constantFrom<Record<string, unknown>>(
      { profile: ROSA },
      { profile: ROSA, replace: true },
      { goal: 'onboard', presentation: 'redirect', returnTo: `${ORIGIN}/cards` },
      { query: '?state=astra.x.y&authorization_code=z' },
      { webhook_type: 'user_intent_updated', webhook_id: '1', resource_id: '2' },
    ),
    fc.constantFrom(
      'profile',
      'replace',
      'goal',
      'presentation',
      'returnTo',
      'query',
      'email',
      'phone',
      MARKER,
    ),
    value,
    fc.boolean(),
  )
  .map(([body, name, other, isDeep]) =>
    JSON.stringify(isDeep ? { ...body, profile: { ...ROSA, [name]: other } } : { ...body, [name]: other }),
  )
const body: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  near,
  poison,
  fc.json(),
  fc.integer({ min: 1, max: 30_000 }).map((depth) => '['.repeat(depth) + MARKER),
  fc.integer({ min: 1, max: 4000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.integer({ min: 1, max: 200_000 }).map((length) => `{"query":"${'x'.repeat(length)}${MARKER}"}`),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from([...bytes, 0xc3, 0x28, 0xed, 0xa0, 0x80])),
  fc.constant(''),
)

const id = fc.oneof(
  fc.constantFrom('a', 'a'.repeat(64), 'a'.repeat(65), '%2e%2e', '%', '%zz', '..', MARKER),
  text,
)
const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...ROUTE_TABLE), id).map(([row, parameter]) =>
      row.path.source
        .slice(1, -1)
        .replaceAll('\\', '')
        .replace(/\(\?<\w+>[^)]*\)/, () => encoded(parameter)),
    ),
  },
  { weight: 1, arbitrary: text.map((noise) => `/${encoded(noise)}`) },
)
const query = fc.oneof(
  fc.constant([]),
  fc.array(
    fc.tuple(
      fc.constantFrom('flow', 'goal', 'state', 'code', 'authorization_code', 'error', '__proto__', MARKER),
      text,
    ),
    { maxLength: 4 },
  ),
)

const cookie = fc.oneof(
  fc.constantFrom(
    `astra=${'A'.repeat(43)}`,
    `astra-00000000=${MARKER}`,
    'astra=',
    ';;;=;',
    `__Host-astra=${MARKER}`,
  ),
  text.map((noise) => `astra=${noise}; ${noise}=${noise}`),
)
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      MARKER,
    ),
    'x-astra-onboarding': fc.constantFrom('1', MARKER),
    'sec-fetch-site': fc.constantFrom('same-origin', 'same-origin', 'same-origin', 'cross-site', MARKER),
    'sec-fetch-mode': fc.constantFrom('navigate', 'cors', MARKER),
    'access-control-request-method': fc.constantFrom('POST', MARKER),
    'access-control-request-headers': fc.constant(MARKER),
    origin: fc.constantFrom(ORIGIN, 'null', `https://${MARKER}.example`, MARKER),
    cookie,
    authorization: fc.constantFrom(`Bearer ${BEARER}`, `Bearer ${MARKER}`, 'Bearer ', MARKER),
    'astra-verification': fc.constantFrom(`${'A'.repeat(43)}=`, MARKER),
    'if-none-match': text,
    'x-forwarded-for': fc.constantFrom('52.1.2.3', `${MARKER}, 1.1.1.1`, ',,,,', '::1'),
    'content-length': fc.constantFrom('0', '99999999', MARKER),
    'x-test-customer': fc.constantFrom(
      '{"id":"new"}',
      '{"id":"intent"}',
      '{"id":"done"}',
      '{"id":"unknown"}',
    ),
  },
  { requiredKeys: [] },
)

/** A request as the widget sends it, by anybody, with a header or two that it does not send. */
const fair = fc
  .tuple(
    fc.constantFrom(
      { method: 'GET', path: '/status', body: '' },
      { method: 'OPTIONS', path: '/status', body: '' },
      { method: 'POST', path: '/user-intents', body: JSON.stringify({ profile: ROSA }) },
      {
        method: 'POST',
        path: '/user-intents',
        body: JSON.stringify({ profile: { ...ROSA, phone: MARKER } }),
      },
      {
        method: 'POST',
        path: '/flows',
        body: JSON.stringify({ goal: 'onboard', presentation: 'redirect', returnTo: `${ORIGIN}/` }),
      },
    ),
    headers,
    fc.constantFrom(
      'cookie',
      'authorization',
      'if-none-match',
      'x-forwarded-for',
      'origin',
      'content-length',
    ),
    fc.constantFrom('new', 'intent', 'unknown', 'done'),
  )
  .map(([request, noise, name, customer]) => ({
    ...request,
    query: [],
    hasOutage: false,
    headers: {
      ...(noise[name as keyof typeof noise] !== undefined && { [name]: noise[name as keyof typeof noise] }),
      'x-test-customer': JSON.stringify({ id: customer }),
      'content-type': 'application/json',
      'x-astra-onboarding': '1',
      'sec-fetch-site': 'same-origin',
      ...(request.method === 'OPTIONS' && { origin: ORIGIN, 'access-control-request-method': 'POST' }),
    },
  }))

const wild = fc.record({
  method: fc.constantFrom(
    'GET',
    'GET',
    'POST',
    'POST',
    'POST',
    'OPTIONS',
    'HEAD',
    'PUT',
    'DELETE',
    'PATCH',
    'QUERY',
  ),
  path,
  query,
  headers: fc.oneof(
    headers,
    // Past the first doors.
    headers.map((given) => ({
      'x-test-customer': '{"id":"new"}',
      ...given,
      'content-type': 'application/json',
      'x-astra-onboarding': '1',
      'sec-fetch-site': 'same-origin',
    })),
  ),
  body,
  hasOutage: fc.integer({ min: 0, max: 99 }).map((number) => number === 0),
})

const hostile = fc.oneof({ weight: 4, arbitrary: wild }, { weight: 1, arbitrary: fair })

function encoded(noise: string): string {
  return /^[\w.~%-]*$/.test(noise)
    ? noise
    : encodeURIComponent((noise as unknown as { toWellFormed: () => string }).toWellFormed())
}

function toRequest({ method, path, query, headers, body }: Hostile): Request {
  const pairs = query as readonly (readonly [string, string])[]
  const search = pairs.map(([name, noise]) => `${name}=${encoded(noise)}`).join('&')
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`${ORIGIN}/api/astra${path}${search && `?${search}`}`, {
    method,
    headers: Object.entries(headers).map(([name, noise]): [string, string] => [
      name,
      headerSafe(String(noise)),
    ]),
    ...(hasBody && { body }),
  })
}

type Hostile = typeof hostile extends fc.Arbitrary<infer T> ? T : never

function headerSafe(noise: string): string {
  return noise.replaceAll(/[^\t -~\u0080-\u00ff]/g, '?').trim()
}

/** Customers at every station, on a proxy that logs nothing: the log is the partner's to keep. */
async function target(): Promise<Harness & { proxy: AstraProxy }> {
  const harness = createHarness({
    proxy: {
      logger: { warn: () => {}, error: () => {} },
      trustedAuthentication: {
        provider: 'fernhill',
        customerToken: BEARER,
        customer: () => null,
      },
    },
  })
  await harness.browser('intent').submit()
  const unknown = harness.browser('unknown')
  harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await unknown.submit({ ...ROSA, firstName: 'Ann', email: 'ann@example.com', phone: '(415) 555-0188' })
  const done = harness.browser('done')
  await done.submit({ ...ROSA, firstName: 'Mia', email: 'mia@example.com', phone: '(415) 555-0177' })
  await done.trip(AUTHORIZE)
  return harness
}

it(`answers ${RUNS} hostile requests, none with a breakdown or with anything of theirs`, async () => {
  const { proxy, simulator, advance } = await target()
  const statuses = new Map<number, number>()
  const send = async (attempt: Hostile) => {
    // The time is for Astra to be asked again.
    if (attempt.hasOutage) advance(61_000)
    if (attempt.hasOutage) for (const route of OUTAGES) simulator.failNext(route, { status: 503 })
    const response = await proxy.fetch(toRequest(attempt), { remoteAddress: '127.0.0.1' })
    simulator.clearFaults()
    const answer = JSON.stringify([...response.headers]) + (await response.text())
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    if (!attempt.hasOutage || response.status !== 503) expect(response.status, answer).toBeLessThan(500)
    expect(answer).not.toContain(MARKER)
    expect('polluted' in {}).toBe(false)
  }
  const sendMany = (numRuns: number) =>
    fc.assert(fc.asyncProperty(hostile, send), { numRuns, ...(SEED !== undefined && { seed: Number(SEED) }) })

  await sendMany(RUNS / 10)
  const before = heapUsed()
  await sendMany(RUNS - RUNS / 10)
  const ratio = heapUsed() / before
  if (RUNS > 10_000) {
    console.log(`answers by status: ${JSON.stringify(Object.fromEntries(statuses))}`)
    console.log(`heap after / before: ${ratio.toFixed(3)}`)
  }
  expect(ratio).toBeLessThan(1.2)
  // It has come past the doors: all of these are answers of handlers.
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 422])
    expect([...statuses.keys()]).toContain(status)
}, 1_200_000)

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  collect()
  return process.memoryUsage().heapUsed
}
