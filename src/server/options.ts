import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import type { OnboardingStep } from '../core/next-step.ts'
import type { KycType, OptionalField } from '../core/profile.ts'
import { RETURN_PARAMETERS } from '../core/return-parameters.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import type { AstraStorage } from './storage/storage.ts'
import type { Transport } from './transport.ts'

/** The signed-in person, as the partner knows them. */
export interface Identity {
  /** The partner's own id of the customer: opaque, stable, not an e-mail address. */
  id: string
  /** A verified e-mail address: shown masked, filled in by the proxy, not editable. */
  email?: string
  /** A verified US phone number in E.164: shown masked, filled in by the proxy, not editable. */
  phone?: string
  /**
   * Set for a business customer: Astra's business profile, in place of the personal form. One profile, one `id`: whoever
   * acts for two companies, or also for themselves, needs an id for each.
   */
  businessProfileId?: string
  /**
   * When the person last proved `phone` to the partner, in ms since the epoch. For Trusted Authentication; counts only
   * together with `phone`.
   */
  lastAuthenticatedAt?: number
}

/** What the platform tells of a connection; `toNodeHandler` supplies it. */
export interface Platform {
  /** Address of the other end of the connection. */
  remoteAddress?: string | undefined
}

/** Everything that a log line may carry. Ids and codes; nothing that a person has typed. */
export interface LogFields {
  /** Name of an audit event, like `intent.create`. */
  event?: string | undefined
  /** The partner's id of the customer. */
  customer?: string | null | undefined
  outcome?: string | undefined
  code?: string | undefined
  route?: string | undefined
  /** Astra's `request-id`, for its support. */
  requestId?: string | undefined
  /** Class of an unexpected error. */
  cause?: string | undefined
  count?: number | undefined
}

/** Where log lines go; `pino()` fits as it is. Audit events come as `info`. */
export interface AstraLogger {
  info?(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** What `onChange` is told. */
export interface CustomerChange {
  customerId: string
  step: OnboardingStep
  /** The User's status, or before there is one the user intent's; null before that. */
  status: UserStatus | UserIntentStatus | null
  /** True when the news is a debit card that was linked; `proxy.getAccessToken` lets the backend list the cards. */
  cardLinked?: true
}

/** A person as Astra's Trusted Authentication asks for them. */
export interface TrustedCustomer {
  firstName: string
  lastName: string
  /** E.164 */
  phone: string
  /** When they last proved their phone to the partner, in ms since the epoch. */
  lastAuthenticatedAt?: number | null
}

/** Option of `createAstraProxy`. @see https://docs.astra.finance/docs/trusted-authentication */
export interface TrustedAuthentication {
  /** The name under which Astra knows the partner's sign-in. */
  provider: string
  /** Answers Astra's `GET customers/:id`; without it that route does not exist. */
  customer?: (customerId: string) => TrustedCustomer | null | Promise<TrustedCustomer | null>
  /** What Astra sends as `Authorization: Bearer …` to that route: at least 32 characters, agreed with Astra. */
  customerToken?: string
}

/** How often what may be done; over it the answer is 429 with `Retry-After`. */
export interface Limits {
  /** Flows that one customer opens in an hour. Default 30. */
  flowsPerHour?: number
  /** User intents that one customer creates in a day; `forget` begins anew. Default 10. */
  creationsPerCustomerAndDay?: number
  /** User intents that come from one IP address in an hour. Default 60. */
  creationsPerAddressAndHour?: number
  /** User intents for one name and date of birth in 30 days, whoever creates them. Default 3. */
  creationsPerPersonIn30Days?: number
}

/** Options of `createAstraProxy`. Credentials and hosts come from the environment. */
export interface AstraProxyOptions {
  /** Who is asking: the partner's own session. Null for nobody. Called for every JSON route. */
  identify: (request: Request) => Identity | null | Promise<Identity | null>
  /** Where records live: `sqliteStorage('astra.db')`, `postgresStorage(pool)`, `memoryStorage()`. */
  storage: AstraStorage
  /** `ASTRA_*` variables. Default `process.env`. */
  env?: Record<string, string | undefined>
  /**
   * Where the proxy is mounted. Default `/api/astra`; must equal the widget's `basePath`, less what the framework takes
   * off the path before the proxy sees it, like Next.js its own `basePath`.
   */
  basePath?: string
  /**
   * Origins of pages that carry the widget. Default: the origin of the redirect URI. They must be of the same site, like
   * `app.` and `api.example.com`: browsers keep the proxy's cookie away from other sites.
   */
  allowedOrigins?: readonly string[]
  /** Astra's verification type. Default `verified`. */
  kycType?: KycType
  /** True when the partner verifies identities itself under an agreement with Astra. Default false. */
  kycDelegation?: boolean
  /** In years. Default 18. */
  minimumAge?: number
  /** Fields to ask for although Astra does not require them. Default none. */
  optionalFields?: readonly OptionalField[]
  /** The id that sends a converted person to authorize again. Default `user_intent_id`. */
  reauthorizeWith?: 'user_intent_id' | 'user_id'
  /** Astra's Trusted Authentication: no SMS code for a person who has just proved their phone to the partner. */
  trustedAuthentication?: TrustedAuthentication
  /**
   * Called at least once whenever a customer's step or status has changed, or a card was linked, after a status read or
   * by `maintain`. The step is always that of the onboarding, whatever the widget's goal.
   * When it throws, or takes longer than three seconds, it is called again later, of a card for a week. Nobody waits
   * longer for it.
   */
  onChange?: (change: CustomerChange) => void | Promise<void>
  /** Up to 24 keys for Astra's `metadata`, like the partner's own customer id. Nothing personal. */
  metadata?: (identity: Identity) => Record<string, string>
  /** Numbers of one's own in the place of the defaults. */
  limits?: Limits
  /** The device's public IP address, where the platform does not show the connection. */
  clientIp?: (request: Request, platform: Platform) => string | null
  /**
   * Proxies of the partner's own in front of this one, like a load balancer: the device's address is that many entries
   * from the right of `X-Forwarded-For`. Default 0: the connection's own address, the header is ignored.
   */
  trustedHops?: number
  /** Calls Astra. Default the global `fetch`; a test gives `simulator.fetch`. */
  fetch?: (request: Request) => Promise<Response>
  /** Calls Astra in place of `fetch`: on Node `nodeTransport()`, which takes a third of its time. */
  transport?: Transport
  /** How often a read or a refresh is sent again while Astra does not answer. A creation never is. Default 2. */
  retries?: number
  /** ms since the epoch. Default `Date.now`. */
  now?: () => number
  /** Fills an array with random bytes: nonces, states, cookies, ids of flows, pauses. Default `crypto.getRandomValues`. */
  random?: (bytes: Uint8Array<ArrayBuffer>) => void
  /** Waits that many ms. Default `setTimeout`. */
  wait?: (ms: number) => Promise<void>
  /** Default: warnings and errors to `console`. */
  logger?: AstraLogger
}

/** Hosts of one of Astra's environments. @see https://docs.astra.finance/reference/introduction */
interface Hosts {
  api: string
  app: string
}

const HOSTS: Record<'production' | 'sandbox', Hosts> = {
  production: { api: 'https://api.astra.finance', app: 'https://app.astra.finance' },
  sandbox: { api: 'https://api-sandbox.astra.finance', app: 'https://app-sandbox.astra.finance' },
}

export type Environment = 'production' | 'sandbox' | 'simulator'

/** Checked configuration. */
export interface Configuration extends Hosts {
  environment: Environment
  clientId: string
  clientSecret: string
  /** Still verifies webhooks while the secret is being rotated. */
  previousClientSecret: string | null
  redirectUri: string
  basePath: string
  allowedOrigins: readonly string[]
  /** Raw AES-256 keys; the first one seals, all open. */
  encryptionKeys: Uint8Array<ArrayBuffer>[]
  /** Whether cookies carry `Secure` and the `__Host-` prefix. */
  secureCookies: boolean
}

/** Stand-ins that only the simulator accepts, so that a trial needs no secrets. */
const SIMULATOR_DEFAULTS: Record<string, string> = {
  ASTRA_CLIENT_ID: 'simulator',
  ASTRA_CLIENT_SECRET: 'simulator-secret',
  ASTRA_SIMULATOR_URL: 'http://127.0.0.1:4010',
  ASTRA_ENCRYPTION_KEYS: 'c2ltdWxhdG9yLW9ubHkta2V5LTMyLWJ5dGVzLWxvbmc=',
}

/**
 * Reads and checks the whole configuration at once.
 * @throws AstraError `configuration_invalid` that names every problem and its cure
 */
export function readConfiguration(options: AstraProxyOptions): Configuration {
  const problems: string[] = []
  const env = options.env ?? processEnvironment()
  const environment = env['ASTRA_ENVIRONMENT']
  const isSimulator = environment === 'simulator'
  const read = (name: string): string => {
    const value = env[name]?.trim() || (isSimulator ? SIMULATOR_DEFAULTS[name] : undefined)
    if (!value) problems.push(`${name} is missing.`)
    return value ?? ''
  }

  if (typeof options.identify !== 'function') {
    problems.push('`identify` is missing: a function that returns { id } of the signed-in customer, or null.')
  }
  if (!options.storage) problems.push("`storage` is missing: for example sqliteStorage('astra.db').")
  if (!isEnvironment(environment)) {
    problems.push('ASTRA_ENVIRONMENT must be `production`, `sandbox` or `simulator`.')
  }
  const clientId = read('ASTRA_CLIENT_ID')
  const clientSecret = read('ASTRA_CLIENT_SECRET')
  const isHeaderSafe = (text: string) => /^[!-~]*$/.test(text)
  if (!isHeaderSafe(clientId)) problems.push('ASTRA_CLIENT_ID must be printable ASCII without blanks.')
  if (!isHeaderSafe(clientSecret))
    problems.push('ASTRA_CLIENT_SECRET must be printable ASCII without blanks.')
  const previousClientSecret = env['ASTRA_PREVIOUS_CLIENT_SECRET']?.trim() || null
  const redirectUri = read('ASTRA_REDIRECT_URI')
  const redirect = readHttpUrl(redirectUri)
  if (redirectUri && !redirect) problems.push('ASTRA_REDIRECT_URI must be an absolute http or https URL.')
  if (RETURN_PARAMETERS.some((name) => redirect?.searchParams.has(name)))
    problems.push(
      `ASTRA_REDIRECT_URI must not have parameters that Astra adds: ${RETURN_PARAMETERS.join(', ')}.`,
    )
  if (redirect?.hash) problems.push('ASTRA_REDIRECT_URI must not have a fragment.')
  if (redirect && environment === 'production' && redirect.protocol !== 'https:') {
    problems.push('ASTRA_REDIRECT_URI must use https in production.')
  }
  const basePath = options.basePath ?? DEFAULT_BASE_PATH
  if (!/^(\/[\w.~-]+)+$/.test(basePath)) {
    problems.push('`basePath` must start with a slash and not end with one, like /api/astra.')
  }
  if (!isWholeNumber(options.trustedHops ?? 0))
    problems.push('`trustedHops` must be a whole number, 0 or more.')
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!Number.isInteger(value) || value < 1)
      problems.push(`\`limits.${name}\` must be a whole number, 1 or more.`)
  }
  if (!isWholeNumber(options.retries ?? 0)) problems.push('`retries` must be a whole number, 0 or more.')
  if (!isWholeNumber(options.minimumAge ?? 0)) problems.push('`minimumAge` must be a whole number of years.')
  const { customer, customerToken } = options.trustedAuthentication ?? {}
  if (customer && (customerToken ?? '').length < 32) {
    problems.push(
      '`trustedAuthentication.customerToken` must have at least 32 characters: it is all that protects `customer`.',
    )
  }
  const encryptionKeys = readKeys(read('ASTRA_ENCRYPTION_KEYS'), problems)
  const allowedOrigins = options.allowedOrigins ?? (redirect ? [redirect.origin] : [])
  for (const origin of allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(`\`allowedOrigins\`: ${origin} is not an origin like https://app.example.com.`)
    }
  }
  const hosts = isSimulator ? simulatorHosts(read('ASTRA_SIMULATOR_URL'), problems) : hostsOf(environment)
  if (problems.length > 0) {
    throw new AstraError('configuration_invalid', {
      message: `createAstraProxy cannot start:\n- ${problems.join('\n- ')}`,
    })
  }
  return {
    ...hosts,
    environment: environment as Environment,
    clientId,
    clientSecret,
    previousClientSecret,
    redirectUri,
    basePath,
    allowedOrigins,
    encryptionKeys,
    secureCookies: redirect?.protocol === 'https:',
  }
}

function isWholeNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0
}

function readHttpUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null
  return url && /^https?:$/.test(url.protocol) ? url : null
}

function processEnvironment(): Record<string, string | undefined> {
  const runtime = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return runtime.process?.env ?? {}
}

function isEnvironment(value: string | undefined): value is Environment {
  return value === 'production' || value === 'sandbox' || value === 'simulator'
}

function hostsOf(environment: string | undefined): Hosts {
  return environment === 'production' ? HOSTS.production : HOSTS.sandbox
}

function simulatorHosts(url: string, problems: string[]): Hosts {
  const simulator = URL.canParse(url) ? new URL(url) : null
  const isLoopback = simulator !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(simulator.hostname)
  if (!isLoopback)
    problems.push('ASTRA_SIMULATOR_URL must be a URL on this machine, like http://127.0.0.1:4010.')
  return { api: simulator?.origin ?? '', app: simulator?.origin ?? '' }
}

function readKeys(list: string, problems: string[]): Uint8Array<ArrayBuffer>[] {
  const keys: Uint8Array<ArrayBuffer>[] = []
  for (const text of list.split(',').map((part) => part.trim())) {
    const key = decodeBase64(text)
    if (key?.length === 32) keys.push(key)
    else if (list) {
      problems.push(
        'ASTRA_ENCRYPTION_KEYS must be 32 random bytes in base64, several separated by commas. Make one: openssl rand -base64 32',
      )
      break
    }
  }
  return keys
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
