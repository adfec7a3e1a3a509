import { AstraError, isAstraError } from '../core/errors.ts'
import type { OnboardingStep } from '../core/next-step.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import { answerError } from './answer.ts'
import { createAstraApi } from './astra-api.ts'
import { readBrowserCookie } from './browser-cookie.ts'
import type { ProxyContext, Route } from './context.ts'
import { referenceOf } from './customer.ts'
import { createVault } from './encryption.ts'
import { readOnboarding } from './onboarding.ts'
import { readConfiguration } from './options.ts'
import type { AstraLogger, AstraProxyOptions, Platform } from './options.ts'
import { requireIdentity, requireSameSite } from './request.ts'
import { postComplete } from './routes/complete.ts'
import { postFlows } from './routes/flows.ts'
import { getReturn } from './routes/return.ts'
import { getStart } from './routes/start.ts'
import { getStatus } from './routes/status.ts'
import { postUserIntents } from './routes/user-intents.ts'
import { createTokenVault } from './token-vault.ts'

/** What the partner's backend may know of a customer, for its own pages and for support. */
export interface CustomerStatus {
  step: OnboardingStep
  /** The short id that the widget shows. */
  reference: string
  userIntentId: string | null
  userIntentStatus: UserIntentStatus | null
  userId: string | null
  userStatus: UserStatus | null
  /** Whether an access token can be had now. */
  authorized: boolean
}

/** The backend half of the onboarding. */
export interface AstraProxy {
  /**
   * Answers every request below `basePath`. A bound function: hand it to the framework as it is.
   * @example
   * export const GET = proxy.fetch, POST = proxy.fetch // Next.js: app/api/astra/[...path]/route.ts
   */
  fetch: (request: Request, platform?: unknown) => Promise<Response>
  /**
   * An access token of the customer for the partner's own calls to Astra, refreshed if necessary.
   * @throws AstraError `reauthorization_required` when the person has to authorize again, `astra_unavailable`
   */
  getAccessToken: (customerId: string) => Promise<string>
  /**
   * Where a customer stands, with Astra's ids. For the backend only.
   * @throws AstraError `astra_unavailable`
   */
  status: (customerId: string) => Promise<CustomerStatus>
}

/** Who may call a route. `browser`: the flow's own browser, by cookie; a navigation carries no other proof. */
type Guard = 'customer' | 'browser' | 'none'

interface RouteRow {
  method: 'GET' | 'POST'
  path: RegExp
  guard: Guard
  /** Whether a script calls it, so that a forged call from another site can be told and refused. */
  caller: 'script' | 'navigation'
  handle: Route
}

/** The whole surface of the proxy. */
export const ROUTE_TABLE: readonly RouteRow[] = [
  { method: 'GET', path: /^\/status$/, guard: 'customer', caller: 'script', handle: getStatus },
  { method: 'POST', path: /^\/user-intents$/, guard: 'customer', caller: 'script', handle: postUserIntents },
  { method: 'POST', path: /^\/flows$/, guard: 'customer', caller: 'script', handle: postFlows },
  { method: 'POST', path: /^\/flows\/complete$/, guard: 'browser', caller: 'script', handle: postComplete },
  {
    method: 'GET',
    path: /^\/flows\/(?<id>[\w-]{1,64})\/start$/,
    guard: 'browser',
    caller: 'navigation',
    handle: getStart,
  },
  { method: 'GET', path: /^\/return$/, guard: 'none', caller: 'navigation', handle: getReturn },
]

/**
 * Creates the proxy: web-standard, `Request` in, `Response` out.
 *
 * @throws AstraError `configuration_invalid` that names every problem at once
 * @example
 * const proxy = createAstraProxy({
 *   identify: (request) => session(request), // { id } or null
 *   storage: sqliteStorage('astra.db'),
 * })
 */
export function createAstraProxy(options: AstraProxyOptions): AstraProxy {
  const configuration = readConfiguration(options)
  const now = options.now ?? Date.now
  const random = options.random ?? ((bytes) => void crypto.getRandomValues(bytes))
  const astra = createAstraApi({
    ...configuration,
    fetch: options.fetch ?? ((request) => fetch(request)),
    now,
  })
  const vault = createVault(configuration.encryptionKeys, random)
  const context: ProxyContext = {
    configuration,
    options,
    storage: options.storage,
    astra,
    tokens: createTokenVault({ storage: options.storage, astra, vault, now }),
    policy: {
      kycType: options.kycType ?? 'verified',
      kycDelegation: options.kycDelegation ?? false,
      minimumAge: options.minimumAge ?? 18,
      optionalFields: options.optionalFields ?? [],
    },
    logger: options.logger ?? consoleLogger,
    now,
    random,
  }

  return {
    fetch: async (request, platform) => {
      try {
        return await dispatch(context, request, toPlatform(platform))
      } catch (error) {
        report(context, request, error)
        return answerError(error)
      }
    },
    getAccessToken: (customerId) => context.tokens.access(customerId),
    status: async (customerId) => {
      const { customer, step } = await readOnboarding(context, { id: customerId }, 'onboard')
      return {
        step,
        reference: await referenceOf(customerId),
        userIntentId: customer.intent?.id ?? null,
        userIntentStatus: customer.intent?.status ?? null,
        userId: customer.user?.id ?? customer.intent?.userId ?? null,
        userStatus: customer.user?.status ?? null,
        authorized: customer.tokens !== null,
      }
    },
  }
}

async function dispatch(context: ProxyContext, request: Request, platform: Platform): Promise<Response> {
  const { configuration } = context
  const url = new URL(request.url)
  const path = url.pathname.startsWith(`${configuration.basePath}/`)
    ? url.pathname.slice(configuration.basePath.length)
    : ''
  const rows = ROUTE_TABLE.filter((row) => row.path.test(path))
  const route = rows.find((row) => row.method === request.method)
  if (!route) throw new AstraError(rows.length > 0 ? 'method_not_allowed' : 'route_not_found')
  if (route.caller === 'script') requireSameSite(request, configuration)
  const identity = route.guard === 'customer' ? await requireIdentity(context, request) : null
  const browser = readBrowserCookie(request, configuration)
  const parameters = { ...route.path.exec(path)?.groups }
  return route.handle(context, { request, url, platform, browser, parameters, identity })
}

/** Frameworks pass all sorts of second arguments; only one member of them means anything here. */
function toPlatform(argument: unknown): Platform {
  const remoteAddress = (argument as Platform | null | undefined)?.remoteAddress
  return typeof remoteAddress === 'string' ? { remoteAddress } : {}
}

/** Codes and routes only. An unknown error is named by its class: its message might quote what somebody typed. */
function report(context: ProxyContext, request: Request, error: unknown): void {
  const known = isAstraError(error) ? error : null
  if (known && known.status < 500) return
  const route = `${request.method} ${routeName(context, request)}`
  const cause = known ? known.cause : error
  const kind = cause instanceof Error ? cause.name : typeof cause
  context.logger.error(
    { code: known?.code ?? 'internal', route, requestId: known?.requestId, cause: kind },
    'refused',
  )
}

function routeName(context: ProxyContext, request: Request): string {
  const path = new URL(request.url).pathname.slice(context.configuration.basePath.length)
  return ROUTE_TABLE.find((row) => row.path.test(path))?.path.source ?? 'unknown'
}

const consoleLogger: AstraLogger = {
  warn: (fields, message) => console.warn(`[astra] ${message}`, JSON.stringify(fields)),
  error: (fields, message) => console.error(`[astra] ${message}`, JSON.stringify(fields)),
}
