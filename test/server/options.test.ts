import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { keepMaintained, nodeTransport } from '../../src/node/index.ts'
import type { sqliteStorage } from '../../src/node/sqlite.ts'
import type { CompleteAstraReturnOptions } from '../../src/react/complete-astra-return.ts'
import { createAstraProxy, isAstraError } from '../../src/server/index.ts'
import type {
  AstraLogger,
  AstraProxy,
  AstraProxyOptions,
  Identity,
  Limits,
  TrustedAuthentication,
  TrustedCustomer,
} from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import type { postgresStorage } from '../../src/server/storage/postgres.ts'
import { createHarness, ORIGIN, REDIRECT_URI, ROSA } from '../support/harness.ts'

const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

const SANDBOX = {
  ASTRA_ENVIRONMENT: 'sandbox',
  ASTRA_CLIENT_ID: 'client-id',
  ASTRA_CLIENT_SECRET: 'client-secret',
  ASTRA_REDIRECT_URI: REDIRECT_URI,
  ASTRA_ENCRYPTION_KEYS: KEY,
}

const KEY_PROBLEM =
  'ASTRA_ENCRYPTION_KEYS must be 32 random bytes in base64, several separated by commas. Make one: openssl rand -base64 32'
const SIMULATOR_PROBLEM = 'ASTRA_SIMULATOR_URL must be a URL on this machine, like http://127.0.0.1:4010.'
const BASE_PATH_PROBLEM = '`basePath` must start with a slash and not end with one, like /api/astra.'

afterEach(() => {
  vi.unstubAllEnvs()
})

function create(env: Record<string, string>, options: Partial<AstraProxyOptions> = {}) {
  return createAstraProxy({
    identify: () => null,
    storage: memoryStorage(),
    env: { ...SANDBOX, ...env },
    ...options,
  })
}

/** The lines of the one error; empty when the configuration is accepted. */
function problems(work: () => unknown): string[] {
  try {
    work()
    return []
  } catch (error) {
    if (!isAstraError(error, 'configuration_invalid')) throw error
    return error.message.split('\n- ').slice(1)
  }
}

it('names everything that is missing in one error', () => {
  const start = () =>
    createAstraProxy({ env: { ASTRA_ENVIRONMENT: 'sandbox' } } as unknown as AstraProxyOptions)
  expect(start).toThrow(
    `[astra] createAstraProxy cannot start:
- \`identify\` is missing: a function that returns { id } of the signed-in customer, or null.
- \`storage\` is missing: for example sqliteStorage('astra.db').
- ASTRA_CLIENT_ID is missing: set it in the environment, or in the option \`env\`.
- ASTRA_CLIENT_SECRET is missing: set it in the environment, or in the option \`env\`.
- ASTRA_REDIRECT_URI is missing: set it in the environment, or in the option \`env\`.
- ASTRA_ENCRYPTION_KEYS is missing: set it in the environment, or in the option \`env\`.`,
  )
})

it('names everything that is wrong in one error', () => {
  const env = {
    ASTRA_ENVIRONMENT: 'production',
    ASTRA_REDIRECT_URI: 'http://bank.test/return#top',
    ASTRA_ENCRYPTION_KEYS: 'c2hvcnQ=',
  }
  expect(problems(() => create(env, { basePath: 'astra/', allowedOrigins: ['bank.test'] }))).toEqual([
    'ASTRA_REDIRECT_URI must not have a fragment.',
    'ASTRA_REDIRECT_URI must use https in production.',
    BASE_PATH_PROBLEM,
    KEY_PROBLEM,
    '`allowedOrigins`: bank.test is not an origin like https://app.example.com.',
  ])
})

it.each([
  [
    'an unknown environment',
    { ASTRA_ENVIRONMENT: 'staging' },
    'ASTRA_ENVIRONMENT is "staging"; it must be `production`, `sandbox` or `simulator`.',
  ],
  [
    'no environment',
    { ASTRA_ENVIRONMENT: '' },
    'ASTRA_ENVIRONMENT is missing; it must be `production`, `sandbox` or `simulator`.',
  ],
  [
    'a blank client id',
    { ASTRA_CLIENT_ID: ' ' },
    'ASTRA_CLIENT_ID is missing: set it in the environment, or in the option `env`.',
  ],
  [
    'a relative redirect URI',
    { ASTRA_REDIRECT_URI: '/api/astra/return' },
    'ASTRA_REDIRECT_URI must be an absolute http or https URL.',
  ],
  [
    'a redirect URI with a parameter of a return',
    { ASTRA_REDIRECT_URI: `${REDIRECT_URI}?tab=2&state=CA` },
    'ASTRA_REDIRECT_URI must not have parameters that Astra adds: code, authorization_code, state, error, error_description.',
  ],
  [
    'a redirect URI with a fragment',
    { ASTRA_REDIRECT_URI: `${REDIRECT_URI}#x` },
    'ASTRA_REDIRECT_URI must not have a fragment.',
  ],
  ['a short key', { ASTRA_ENCRYPTION_KEYS: 'c2hvcnQ=' }, KEY_PROBLEM],
  ['a key that is not base64', { ASTRA_ENCRYPTION_KEYS: '%'.repeat(44) }, KEY_PROBLEM],
  ['a bad key behind a good one', { ASTRA_ENCRYPTION_KEYS: `${KEY},c2hvcnQ=` }, KEY_PROBLEM],
  ['a comma too many', { ASTRA_ENCRYPTION_KEYS: `${KEY},` }, KEY_PROBLEM],
])('refuses %s', (_, env, problem) => {
  expect(problems(() => create(env))).toEqual([problem])
})

it.each(['retrun', 'return/', 'callback', 'oauth/callback', 'webhook', 'return/x', 'status'])(
  'refuses a redirect URI that leads to %s',
  (end) => {
    const env = { ASTRA_REDIRECT_URI: `https://bank.test/api/astra/${end}` }
    expect(problems(() => create(env))).toEqual([
      `ASTRA_REDIRECT_URI must end in /api/astra/return, or be a page of your own: nobody can return to /api/astra/${end}.`,
    ])
  },
)

it.each(['/api/astra/done', '/api/astra', '/bank/api/astra/return', '/welcome-back'])(
  'takes a redirect URI that leads to a page of the partner’s: %s',
  (path) => {
    expect(() => create({ ASTRA_REDIRECT_URI: `https://bank.test${path}` })).not.toThrow()
  },
)

it('leaves members alone that are not set, and those of an object of a class', () => {
  class Options {
    readonly sessions = new Map<string, string>()
    readonly storage = memoryStorage()
    identify() {
      return { id: this.sessions.get('id') ?? 'customer-1' }
    }
  }
  const options = new Options() as unknown as Partial<AstraProxyOptions>
  const env = { ASTRA_ENVIRONMENT: 'simulator', ASTRA_REDIRECT_URI: REDIRECT_URI }
  expect(() => createAstraProxy(Object.assign(options, { env }) as AstraProxyOptions)).not.toThrow()
  const unset = { onError: undefined, debug: null } as Partial<AstraProxyOptions>
  expect(() => create({}, unset)).not.toThrow()
})

it.each([false, 0, ''])('refuses %j for a logger', (logger) => {
  expect(problems(() => create({}, { logger } as unknown as Partial<AstraProxyOptions>))).toEqual([
    '`logger` must have the functions `warn` and `error`, and may have `info`: pino() fits.',
  ])
})

it.each(['astra', '/api/astra/', '/', '/api//astra', '/api/astra?x', '/api/ astra'])(
  'refuses the basePath %s',
  (basePath) => {
    expect(problems(() => create({}, { basePath }))).toEqual([BASE_PATH_PROBLEM])
  },
)

it.each(['*', 'null', 'bank.test', 'https://bank.test/', 'https://bank.test/app', 'HTTPS://bank.test'])(
  'refuses %s as an allowed origin',
  (origin) => {
    expect(problems(() => create({}, { allowedOrigins: [ORIGIN, origin] }))).toEqual([
      `\`allowedOrigins\`: ${origin} is not an origin like https://app.example.com.`,
    ])
  },
)

it('takes a real pino for its logger, whose lines have the fields and the customer', async () => {
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const harness = createHarness({ proxy: { logger } })
  await harness.browser().submit()
  harness.simulator.failNext('POST /v1/oauth/token', { status: 500 })
  await harness.browser().trip()
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 30, msg: 'audit', event: 'intent.create', customer: 'customer-1', outcome: 'created' },
    { level: 30, msg: 'audit', event: 'flow.open' },
    { level: 40, msg: 'a code was not exchanged', code: 'exchange_outcome_unknown', astraStatus: 500 },
    { level: 30, msg: 'audit', event: 'flow.finish', outcome: 'exchange_outcome_unknown' },
  ])
})

it('refuses an origin without https in production, and takes it elsewhere', () => {
  const allowedOrigins = ['http://bank.test']
  expect(problems(() => create({ ASTRA_ENVIRONMENT: 'production' }, { allowedOrigins }))).toEqual([
    '`allowedOrigins`: http://bank.test must use https in production.',
  ])
  expect(() => create({}, { allowedOrigins })).not.toThrow()
})

it('refuses one origin in the place of a list, in one sentence', () => {
  const allowedOrigins = 'https://bank.test' as unknown as string[]
  expect(problems(() => create({}, { allowedOrigins }))).toEqual([
    '`allowedOrigins` must be a list, like ["https://app.example.com"].',
  ])
})

it('reads the environment without the blanks of a file around it', () => {
  expect(() => create({ ASTRA_ENVIRONMENT: ' sandbox\n' })).not.toThrow()
})

it('refuses an empty list of origins, with which every flow would be refused', () => {
  expect(problems(() => create({}, { allowedOrigins: [] }))).toEqual([
    '`allowedOrigins` is empty: no page could go to Astra and back. Leave it out, and it is the origin of ASTRA_REDIRECT_URI.',
  ])
})

it.each([
  'https://astra.example.com',
  'http://localhost.example.com:4010',
  'http://127.0.0.1.example.com',
  'http://user@192.0.2.1',
  'localhost:4010',
])('refuses a simulator at %s', (url) => {
  expect(problems(() => create({ ASTRA_ENVIRONMENT: 'simulator', ASTRA_SIMULATOR_URL: url }))).toEqual([
    SIMULATOR_PROBLEM,
  ])
})

const PUBLIC_KEY = 'c2ltdWxhdG9yLW9ubHkta2V5LTMyLWJ5dGVzLWxvbmc='

it.each([PUBLIC_KEY, `${KEY},${PUBLIC_KEY}`])(
  'refuses in production the key that everybody can read here: %s',
  (keys) => {
    const env = { ASTRA_ENVIRONMENT: 'production', ASTRA_ENCRYPTION_KEYS: keys }
    expect(problems(() => create(env))).toEqual([
      'ASTRA_ENCRYPTION_KEYS has the key of the simulator, which everybody can read in this package. Make one: openssl rand -base64 32',
    ])
    expect(problems(() => create({ ...env, ASTRA_ENVIRONMENT: 'simulator' }))).toEqual([])
  },
)

it('never repeats a secret', () => {
  const env = { ASTRA_CLIENT_SECRET: 'hunter2', ASTRA_ENCRYPTION_KEYS: 'aHVudGVyMw==' }
  expect(problems(() => create({ ...env, ASTRA_CLIENT_ID: '' })).join()).not.toMatch(/hunter|aHVudGVy/)
})

it('accepts http outside production, and several keys', () => {
  const env = { ASTRA_REDIRECT_URI: 'http://localhost:3000/return', ASTRA_ENCRYPTION_KEYS: `${KEY} , ${KEY}` }
  expect(problems(() => create(env))).toEqual([])
})

it('needs nothing but environment and redirect URI for the simulator', async () => {
  const browser = createHarness().browser()
  await browser.onboard()
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('reads process.env when no env is given', () => {
  for (const [name, value] of Object.entries(SANDBOX)) vi.stubEnv(name, value)
  const options = { identify: () => null, storage: memoryStorage() }
  expect(problems(() => createAstraProxy(options))).toEqual([])
  vi.stubEnv('ASTRA_CLIENT_ID', '')
  expect(problems(() => createAstraProxy(options))).toEqual([
    'ASTRA_CLIENT_ID is missing: set it in the environment, or in the option `env`.',
  ])
})

it.each([
  ['production', 'https://api.astra.finance/v1/user_intent'],
  ['sandbox', 'https://api-sandbox.astra.finance/v1/user_intent'],
  ['simulator', 'http://localhost:4999/v1/user_intent'],
])('calls Astra of the %s with the configured credentials', async (environment, url) => {
  const calls: Request[] = []
  const env = { ...SANDBOX, ASTRA_ENVIRONMENT: environment, ASTRA_SIMULATOR_URL: 'http://localhost:4999/' }
  const fetch = async (request: Request) => {
    calls.push(request)
    return new Response(null, { status: 429 })
  }
  await createHarness({ env, proxy: { fetch, clientIp: () => '8.8.4.4' } })
    .browser()
    .submit(ROSA)
  expect(calls.map((call) => [call.url, call.headers.get('authorization')])).toEqual([
    [url, `Basic ${btoa('client-id:client-secret')}`],
  ])
})

it('answers below basePath only', async () => {
  const proxy = create({}, { basePath: '/bff/astra' })
  const status = async (path: string) => (await proxy.fetch(new Request(`${ORIGIN}${path}`))).status
  expect(await status('/bff/astra/return')).toBe(200)
  expect(await status('/api/astra/return')).toBe(404)
  expect(await status('/bff/astraxreturn')).toBe(404)
  expect(await status('/return')).toBe(404)
})

it.each([
  ['limits.flowsPerHour', { limits: { flowsPerHour: Number.NaN } }, 'a whole number, 1 or more.'],
  [
    'limits.creationsPerPersonIn30Days',
    { limits: { creationsPerPersonIn30Days: 0 } },
    'a whole number, 1 or more.',
  ],
  ['retries', { retries: 1.5 }, 'a whole number, 0 or more.'],
  ['minimumAge', { minimumAge: Number.NaN }, 'a whole number of years.'],
])('refuses a number for %s that would switch it off', (name, options, must) => {
  expect(problems(() => create({}, options))).toEqual([`\`${name}\` must be ${must}`])
})

it.each<[string, object, string]>([
  ['a kycType', { kycType: 'Verified' }, '`kycType` must be `verified`, `unverified` or `receive-only`.'],
  [
    'a reauthorizeWith',
    { reauthorizeWith: 'userId' },
    '`reauthorizeWith` must be `user_intent_id` or `user_id`.',
  ],
  [
    'an optional field',
    { optionalFields: ['dateOfBirth', 'ssn'] },
    '`optionalFields` may have `preferredFirstName`, `preferredLastName`, `preferredPronouns`, `dateOfBirth` and `ssnLast4`, and nothing else.',
  ],
  [
    'a member of Object',
    { kycType: 'toString' },
    '`kycType` must be `verified`, `unverified` or `receive-only`.',
  ],
  [
    'a limit',
    { limits: { flowPerHour: 5 } },
    '`limits.flowPerHour` is no limit; there are `flowsPerHour`, `creationsPerCustomerAndDay`, `creationsPerAddressAndHour` and `creationsPerPersonIn30Days`.',
  ],
  ['an option', { trustedHop: 1 }, '`trustedHop` is no option; did you mean `trustedHops`?'],
  ['an option', { clientIP: () => '8.8.4.4' }, '`clientIP` is no option; did you mean `clientIp`?'],
  [
    'an option',
    { redirectUri: REDIRECT_URI },
    '`redirectUri` is no option; there are `identify`, `storage`, `env`, `basePath`, `allowedOrigins`, `kycType`, `kycDelegation`, `minimumAge`, `optionalFields`, `reauthorizeWith`, `trustedAuthentication`, `onChange`, `metadata`, `limits`, `clientIp`, `trustedHops`, `fetch`, `transport`, `retries`, `now`, `random`, `wait` and `logger`.',
  ],
  [
    'an option of the trusted authentication',
    { trustedAuthentication: { provider: 'AcmeWallet', customers: () => null } },
    '`trustedAuthentication.customers` is no option; did you mean `trustedAuthentication.customer`?',
  ],
])('refuses %s that it does not know, which would count for nothing', (_, options, problem) => {
  expect(problems(() => create({}, options))).toEqual([problem])
})

const STORAGE_PROBLEM =
  "`storage` is not a storage, with `get`, `find`, `commit` and `increment`: give what sqliteStorage('astra.db'), postgresStorage(pool) or memoryStorage() returns."

const LOGGER_PROBLEM =
  '`logger` must have the functions `warn` and `error`, and may have `info`: pino() fits.'

it.each<[string, object, string]>([
  ['a file as the storage', { storage: 'astra.db' }, STORAGE_PROBLEM],
  ['a pool as the storage', { storage: { connect() {}, query() {} } }, STORAGE_PROBLEM],
  ['the function that makes a storage', { storage: memoryStorage }, STORAGE_PROBLEM],
  [
    'a session as identify',
    { identify: { id: 'customer-1' } },
    '`identify` must be a function that returns { id } of the signed-in customer, or null.',
  ],
  [
    'a trusted authentication without a provider',
    { trustedAuthentication: {} },
    '`trustedAuthentication.provider` is missing: the name under which Astra knows your sign-in.',
  ],
  [
    'an empty provider',
    { trustedAuthentication: { provider: ' ' } },
    '`trustedAuthentication.provider` is missing: the name under which Astra knows your sign-in.',
  ],
  [
    'a list of customers in place of the function',
    { trustedAuthentication: { provider: 'AcmeWallet', customer: {}, customerToken: 'x'.repeat(32) } },
    '`trustedAuthentication.customer` must be a function.',
  ],
  ['a URL as onChange', { onChange: 'https://bank.test/hook' }, '`onChange` must be a function.'],
  ['an address as clientIp', { clientIp: '8.8.4.4' }, '`clientIp` must be a function.'],
  ['fixed metadata', { metadata: { account: '77' } }, '`metadata` must be a function.'],
  ['a logger without `warn`', { logger: { info() {}, error() {} } }, LOGGER_PROBLEM],
  ['a logger without `error`', { logger: { info() {}, warn() {}, log() {} } }, LOGGER_PROBLEM],
  ['a function as the logger', { logger: () => {} }, LOGGER_PROBLEM],
  ['a level as its `info`', { logger: { info: true, warn() {}, error() {} } }, LOGGER_PROBLEM],
  ['the word false', { kycDelegation: 'false' }, '`kycDelegation` must be true or false.'],
])('refuses %s, and says what it wants', (_, options, problem) => {
  expect(problems(() => create({}, options))).toEqual([problem])
})

it('names every wrong option in one error, too', () => {
  const options = {
    storage: 'astra.db',
    kycType: 'Verified',
    reauthorizeWith: 'userId',
    optionalFields: ['ssn'],
    limits: { flowPerHour: 5, flowsPerHour: 0 },
    trustedAuthentication: {},
  }
  expect(problems(() => create({}, options as unknown as AstraProxyOptions))).toHaveLength(7)
})

describe('what may be left out', () => {
  type Optional<T> = { [Name in keyof T]-?: {} extends Pick<T, Name> ? Name : never }[keyof T]
  type TakesUndefined<T> = Record<Optional<T>, undefined> extends Pick<T, Optional<T>> ? true : false
  type Argument<Call extends (...given: never) => unknown, At extends number> = NonNullable<
    Parameters<Call>[At]
  >
  type Undefined<T> = Record<Optional<T>, undefined>

  it('may be undefined, in the types of everything that a partner gives', () => {
    // Does not compile otherwise: `{ email: user.email }` is how it is written under exactOptionalPropertyTypes.
    const all: [
      TakesUndefined<Identity>,
      TakesUndefined<AstraProxyOptions>,
      TakesUndefined<AstraLogger>,
      TakesUndefined<Limits>,
      TakesUndefined<TrustedAuthentication>,
      TakesUndefined<TrustedCustomer>,
      TakesUndefined<Argument<AstraProxy['getAccessToken'], 1>>,
      TakesUndefined<Argument<AstraProxy['import'], 1>>,
      TakesUndefined<Argument<typeof keepMaintained, 1>>,
      TakesUndefined<Argument<typeof nodeTransport, 0>>,
      TakesUndefined<Argument<typeof sqliteStorage, 1>>,
      TakesUndefined<Argument<typeof postgresStorage, 1>>,
      TakesUndefined<CompleteAstraReturnOptions>,
    ] = [true, true, true, true, true, true, true, true, true, true, true, true, true]
    expect(all).not.toContain(false)
  })

  it('may be null, as JavaScript has it', () => {
    const names = ['onChange', 'clientIp', 'metadata', 'kycType', 'kycDelegation', 'reauthorizeWith'] as const
    const others = ['trustedHops', 'retries', 'minimumAge', 'optionalFields', 'limits', 'logger'] as const
    const nothing = Object.fromEntries([...names, ...others].map((name) => [name, null]))
    expect(() => createHarness({ proxy: nothing })).not.toThrow()
  })

  it('may be undefined when it runs', async () => {
    const identity: Undefined<Identity> = {
      email: undefined,
      phone: undefined,
      businessProfileId: undefined,
      lastAuthenticatedAt: undefined,
    }
    const limits: Undefined<Limits> = {
      flowsPerHour: undefined,
      creationsPerCustomerAndDay: undefined,
      creationsPerAddressAndHour: undefined,
      creationsPerPersonIn30Days: undefined,
    }
    const options = {
      allowedOrigins: undefined,
      kycType: undefined,
      kycDelegation: undefined,
      minimumAge: undefined,
      optionalFields: undefined,
      reauthorizeWith: undefined,
      onChange: undefined,
      metadata: undefined,
      clientIp: undefined,
      trustedHops: undefined,
      transport: undefined,
      retries: undefined,
      random: undefined,
      wait: undefined,
      trustedAuthentication: { provider: 'AcmeWallet', customer: undefined, customerToken: undefined },
      limits,
      identify: () => ({ id: 'customer-1', ...identity }),
    }
    const harness = createHarness({ proxy: options })
    await harness.browser().onboard()
    expect(await harness.proxy.getAccessToken('customer-1', { refused: undefined })).toMatch(/./)
    const bare = { ...options, env: SANDBOX, basePath: undefined, fetch: undefined, now: undefined }
    expect(
      problems(() => createAstraProxy({ ...bare, logger: undefined, storage: memoryStorage() })),
    ).toEqual([])
  })
})
