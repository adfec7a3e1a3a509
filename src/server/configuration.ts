import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import { RETURN_PARAMETERS } from '../core/return-parameters.ts'
import { optionProblems } from './option-problems.ts'
import type { AstraProxyOptions } from './options.ts'

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

/** Anybody can read it here. */
const SIMULATOR_KEY = 'c2ltdWxhdG9yLW9ubHkta2V5LTMyLWJ5dGVzLWxvbmc='

/** Stand-ins that only the simulator accepts, so that a trial needs no secrets. */
const SIMULATOR_DEFAULTS: Record<string, string> = {
  ASTRA_CLIENT_ID: 'simulator',
  ASTRA_CLIENT_SECRET: 'simulator-secret',
  ASTRA_SIMULATOR_URL: 'http://127.0.0.1:4010',
  ASTRA_ENCRYPTION_KEYS: SIMULATOR_KEY,
}

/**
 * Reads and checks the whole configuration at once.
 * @throws AstraError `configuration_invalid` that names every problem and its cure
 */
export function readConfiguration(options: AstraProxyOptions): Configuration {
  const problems = optionProblems(options)
  const env = options.env ?? processEnvironment()
  const environment = env['ASTRA_ENVIRONMENT']?.trim()
  const isSimulator = environment === 'simulator'
  const read = (name: string): string => {
    const value = env[name]?.trim() || (isSimulator ? SIMULATOR_DEFAULTS[name] : undefined)
    if (!value) problems.push(`${name} is missing: set it in the environment, or in the option \`env\`.`)
    return value ?? ''
  }

  if (!isEnvironment(environment)) {
    const given = environment ? `is "${environment.slice(0, 40)}"` : 'is missing'
    problems.push(`ASTRA_ENVIRONMENT ${given}; it must be \`production\`, \`sandbox\` or \`simulator\`.`)
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
  if (redirect?.pathname.startsWith(`${basePath}/`) && NO_PAGE.test(redirect.pathname.slice(basePath.length)))
    problems.push(
      `ASTRA_REDIRECT_URI must end in ${basePath}/return, or be a page of your own: nobody can return to ${redirect.pathname}.`,
    )
  const encryptionKeys = readKeys(read('ASTRA_ENCRYPTION_KEYS'), problems)
  if (environment === 'production' && encryptionKeys.some(isPublic))
    problems.push(
      'ASTRA_ENCRYPTION_KEYS has the key of the simulator, which everybody can read in this package. Make one: openssl rand -base64 32',
    )
  const allowedOrigins =
    readOrigins(options.allowedOrigins, environment, problems) ?? (redirect ? [redirect.origin] : [])
  if (options.allowedOrigins?.length === 0)
    problems.push(
      '`allowedOrigins` is empty: no page could go to Astra and back. Leave it out, and it is the origin of ASTRA_REDIRECT_URI.',
    )
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

/** Below the base path: another route of the proxy, or what was meant to be its return page. */
const NO_PAGE = /^\/(?!return$)(?:ret|callback|oauth|status|user-intents|flows|webhook|customers)/

function readOrigins(
  given: AstraProxyOptions['allowedOrigins'],
  environment: string | undefined,
  problems: string[],
): readonly string[] | null {
  if (!given) return null
  if (!Array.isArray(given)) {
    problems.push('`allowedOrigins` must be a list, like ["https://app.example.com"].')
    return null
  }
  for (const origin of given) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      problems.push(`\`allowedOrigins\`: ${origin} is not an origin like https://app.example.com.`)
    else if (environment === 'production' && !origin.startsWith('https:'))
      problems.push(`\`allowedOrigins\`: ${origin} must use https in production.`)
  }
  return given
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
    if (key?.length === 32) {
      // The same one twice, as from two variables before a rotation, is one.
      if (!keys.some((known) => known.join() === key.join())) keys.push(key)
    } else if (list) {
      problems.push(
        'ASTRA_ENCRYPTION_KEYS must be 32 random bytes in base64, several separated by commas. Make one: openssl rand -base64 32',
      )
      break
    }
  }
  return keys
}

function isPublic(key: Uint8Array): boolean {
  return decodeBase64(SIMULATOR_KEY)?.join() === key.join()
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}
