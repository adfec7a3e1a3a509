import { describe, expect, it } from 'vitest'
import type { ErrorAnswer, StatusAnswer } from '../../src/core/contract.ts'
import type { AstraProxyOptions, Change, Identity } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AS_SANDBOX, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { HarnessOptions } from '../support/harness.ts'

/** The time of these tests, and a UUID. */
const ATTEMPT: unknown = expect.stringMatching(
  new RegExp(`^${Date.parse('2026-11-23T18:00:00Z').toString(36)}-[\\da-f-]{36}$`),
)

const ROSA_ON_THE_WIRE = {
  email: 'rosa.lindqvist@example.com',
  phone: '+14155550142',
  first_name: 'Rosa',
  last_name: 'Lindqvist',
  address1: '18 Harbor View Rd',
  address2: '',
  city: 'Oakland',
  state: 'CA',
  postal_code: '94607',
  date_of_birth: '1991-11-04',
  ssn: '4821',
  ip_address: '8.8.8.8',
  metadata: { astra_onboarding_attempt: ATTEMPT },
}

/** A harness that keeps every creation it sends, and every record it writes. */
function setUp({ proxy, ...options }: HarnessOptions = {}) {
  const wire: { url: string; headers: Headers; body: unknown }[] = []
  const writes: Change[] = []
  const memory = memoryStorage()
  const harness = createHarness({
    ...options,
    proxy: {
      storage: { ...memory, commit: (changes) => (writes.push(...changes), memory.commit(changes)) },
      ...proxy,
      fetch: async (request) => {
        if (request.method === 'POST') {
          wire.push({ url: request.url, headers: request.headers, body: await request.clone().json() })
        }
        return (proxy?.fetch ?? harness.simulator.fetch)(request)
      },
    },
  })
  const { proxy: built, simulator, logs } = harness
  const browser = (identity?: Identity | string) => harness.browser(identity)
  return { proxy: built, simulator, logs, browser, wire, writes }
}

type Proxy = ReturnType<typeof setUp>['proxy']

/** A submission over a connection of one's own choice. */
async function submitOver(proxy: Proxy, platform: unknown, headers: Record<string, string> = {}) {
  const trusted = {
    'sec-fetch-site': 'same-origin',
    'x-astra-onboarding': '1',
    'content-type': 'application/json',
  }
  const request = new Request(`${ORIGIN}/api/astra/user-intents`, {
    method: 'POST',
    headers: { ...trusted, 'x-test-customer': '{"id":"customer-1"}', ...headers },
    body: JSON.stringify({ profile: ROSA }),
  })
  const response = await proxy.fetch(request, platform)
  return { status: response.status, body: (await response.json()) as StatusAnswer & ErrorAnswer }
}

describe('the wire', () => {
  it('carries the profile in the names of Astra, and the credentials', async () => {
    const { browser, wire } = setUp()
    expect((await browser().submit()).status).toBe(201)
    expect(wire.map(({ body }) => body)).toStrictEqual([ROSA_ON_THE_WIRE])
    expect(wire[0]?.url).toBe('http://127.0.0.1:4010/v1/user_intent')
    expect(Object.fromEntries(wire[0]?.headers ?? [])).toEqual({
      authorization: 'Basic c2ltdWxhdG9yOnNpbXVsYXRvci1zZWNyZXQ=',
      'content-type': 'application/json',
    })
  })

  it('carries what was asked for in addition, in its normal form', async () => {
    const optionalFields = ['preferredFirstName', 'preferredLastName', 'preferredPronouns'] as const
    const metadata = () => ({ account: '77' })
    const { browser, wire } = setUp({ proxy: { optionalFields, metadata } })
    const preferred = { preferredFirstName: ' Ro ', preferredLastName: '', preferredPronouns: 'she/her' }
    const address = { address2: ' Apt  4 ', state: 'ca', postalCode: '94607-1234' }
    expect((await browser().submit({ ...ROSA, ...preferred, ...address })).status).toBe(201)
    expect(wire[0]?.body).toStrictEqual({
      ...ROSA_ON_THE_WIRE,
      preferred_first_name: 'Ro',
      preferred_pronouns: 'she/her',
      address2: 'Apt 4',
      postal_code: '94607-1234',
      metadata: { account: '77', astra_onboarding_attempt: ATTEMPT },
    })
  })

  it.each<[string, Partial<AstraProxyOptions>, string[], object]>([
    ['verified', {}, [], {}],
    ['verified under delegation', { kycDelegation: true }, ['ssnLast4'], {}],
    ['unverified', { kycType: 'unverified' }, ['ssnLast4'], { kyc_type: 'unverified' }],
    ['receive-only', { kycType: 'receive-only' }, ['ssnLast4', 'dateOfBirth'], { kyc_type: 'receive-only' }],
  ])('names the verification type unless it is the default (%s)', async (_, proxy, notAsked, kyc) => {
    const created = async () => Response.json({ id: 'ui_1' }, { status: 201 })
    const { browser, wire } = setUp({ proxy: { ...proxy, fetch: created } })
    const leaveOut = (names: string[], from: object) =>
      Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))
    expect((await browser().submit(leaveOut(notAsked, ROSA))).status).toBe(201)
    const absent = notAsked.map((name) => (name === 'ssnLast4' ? 'ssn' : 'date_of_birth'))
    expect(wire[0]?.body).toStrictEqual({ ...leaveOut(absent, ROSA_ON_THE_WIRE), ...kyc })
  })

  it.each([
    ['8.8.4.4', '8.8.4.4'],
    ['::ffff:8.8.4.4', '8.8.4.4'],
    ['2001:4860:4860::8888', '2001:4860:4860::8888'],
    ['127.0.0.1', '8.8.8.8'],
    ['::1', '8.8.8.8'],
    ['::ffff:127.0.0.1', '8.8.8.8'],
    ['192.168.1.20', '8.8.8.8'],
    ['172.17.0.1', '8.8.8.8'],
  ])("carries the connection's address %s as %s", async (remoteAddress, ip) => {
    const { proxy, wire } = setUp()
    const spoofed = { 'x-forwarded-for': '9.9.9.9', 'x-real-ip': '9.9.9.9', forwarded: 'for=9.9.9.9' }
    expect((await submitOver(proxy, { remoteAddress }, spoofed)).status).toBe(201)
    expect(wire[0]?.body).toMatchObject({ ip_address: ip })
  })

  it('carries the address that the clientIp option answers', async () => {
    const clientIp: AstraProxyOptions['clientIp'] = (request, platform) =>
      `${request.headers.get('cf-connecting-ip')}${platform.remoteAddress}`
    const { proxy, wire } = setUp({ proxy: { clientIp } })
    await submitOver(proxy, { remoteAddress: '.4.4' }, { 'cf-connecting-ip': '8.8' })
    expect(wire[0]?.body).toMatchObject({ ip_address: '8.8.4.4' })
  })

  const SANDBOX = { env: AS_SANDBOX }
  const UNKNOWN =
    "[astra] The device's IP address is unknown. Mount the proxy with toNodeHandler(proxy.fetch), behind your own proxies set `trustedHops`, or give createAstraProxy `clientIp: (request) => …`."
  const NOT_PUBLIC =
    "[astra] The device's IP address is not public (loopback or private): on your own machine give createAstraProxy `clientIp: () => …` with the public one, behind your own proxies set `trustedHops`."

  it.each<[string, unknown, HarnessOptions, string]>([
    ['no connection', undefined, {}, UNKNOWN],
    ['a second argument that is not ours', { params: {} }, {}, UNKNOWN],
    [
      'a clientIp option that knows none',
      { remoteAddress: '8.8.4.4' },
      { proxy: { clientIp: () => null } },
      UNKNOWN,
    ],
    ['a private connection', { remoteAddress: '10.1.2.3' }, SANDBOX, NOT_PUBLIC],
    ['a private IPv6 connection', { remoteAddress: 'fd00::1' }, SANDBOX, NOT_PUBLIC],
    ['a loopback connection outside the simulator', { remoteAddress: '127.0.0.1' }, SANDBOX, NOT_PUBLIC],
  ])('carries nothing at all with %s, and says which line to add', async (_, platform, options, message) => {
    const { proxy, wire, writes } = setUp(options)
    const { status, body } = await submitOver(proxy, platform)
    expect(status).toBe(500)
    expect(body.error).toMatchObject({ code: 'client_ip_unconfigured', message })
    expect([...wire, ...writes]).toEqual([])
  })
})

describe('what identify locks', () => {
  const customer = { id: 'customer-1', email: 'rosa.lindqvist@example.com', phone: '+14155550142' }

  it('is shown masked and filled in', async () => {
    const { browser, wire } = setUp()
    const { policy } = await browser(customer).status()
    expect(policy).toMatchObject({
      locked: ['email', 'phone'],
      lockedValues: { email: 'r•••@example.com', phone: '••• ••• 0142' },
    })
    const { email: _, phone: __, ...rest } = ROSA
    expect((await browser(customer).submit(rest)).status).toBe(201)
    expect(wire[0]?.body).toStrictEqual(ROSA_ON_THE_WIRE)
  })

  it('is sent in the form that Astra takes', async () => {
    const { browser, wire } = setUp()
    const { email: _, phone: __, ...rest } = ROSA
    await browser({ ...customer, phone: '(415) 555-0142' }).submit(rest)
    expect(wire[0]?.body).toMatchObject({ phone: '+14155550142' })
  })

  it('is refused in a body', async () => {
    const { browser, wire } = setUp()
    const { status, body } = await browser(customer).submit({ ...ROSA, email: 'mia@example.com' })
    expect([status, body.error?.fields]).toEqual([422, { email: 'field.locked', phone: 'field.locked' }])
    expect(wire).toEqual([])
  })
})

it('refuses an invalid profile with a code per field and without a value', async () => {
  const { browser, wire, writes } = setUp()
  const invalid = {
    ...ROSA,
    firstName: 'R0sa!',
    lastName: undefined,
    dateOfBirth: '2010-11-04',
    ssnLast4: '123454821',
    phone: '800-555-0142',
    address1: 'P.O. Box 99',
    preferredPronouns: 'she/her',
  }
  const response = await browser().request('POST', '/user-intents', { body: { profile: invalid } })
  expect(response.status).toBe(422)
  expect(await response.json()).toStrictEqual({
    error: {
      code: 'profile_invalid',
      message: '[astra] The profile did not pass validation. `fields` maps each field to its code.',
      userMessage: 'check-fields',
      retryable: false,
      docsUrl: 'https://www.npmjs.com/package/astra-onboarding#profile_invalid',
      fields: {
        firstName: 'name.digit',
        lastName: 'name.required',
        dateOfBirth: 'date_of_birth.under_age',
        ssnLast4: 'ssn.whole_number',
        phone: 'phone.toll_free',
        address1: 'address.po_box',
        preferredPronouns: 'field.not_asked',
      },
    },
  })
  expect([...wire, ...writes]).toEqual([])
})

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

it.each([
  ['is created', 201, {}, null],
  ['is refused by us', 422, { firstName: 'Zyxanthe1' }, null],
  ['is refused by Astra', 422, {}, { status: 400, body: { description: 'Zyxanthe 0917' } }],
  ['gets no answer', 502, {}, { network: 'after' as const }],
])('keeps nothing of a profile that %s', async (_, expected, change, fault) => {
  const { browser, simulator, logs, writes } = setUp()
  // Ids of the simulator have neither 0 nor 1; in those of attempts the digits can turn up by chance.
  const profile = {
    ...ROSA,
    firstName: 'Zyxanthe',
    lastName: 'Quillfeather',
    dateOfBirth: '1901-10-11',
    ssnLast4: '0917',
    email: 'canary.local@canary.example',
    phone: '4155550110',
    address1: '1010 Canarystreet',
    city: 'Canarytown',
    postalCode: '94010',
  }
  if (fault) simulator.failNext('POST /v1/user_intent', fault)
  const { status, body } = await browser().submit({ ...profile, ...change })
  expect(status).toBe(expected)
  const kept = JSON.stringify([writes, logs, body, await browser().status()]).replaceAll(UUID, '')
  expect(kept).not.toMatch(/Zyxanthe|Quillfeather|1901|0917|canary|0110|1010|94010/i)
})
