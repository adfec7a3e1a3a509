import { AstraError, isAstraError } from '../core/errors.ts'
import { answerError, toResponse } from './answer.ts'
import type { Answer } from './answer.ts'
import { createAstraApi } from './astra-api.ts'
import type { AstraProxy } from './astra-proxy.ts'
import { astraStatusOf } from './astra-status.ts'
import { allowListed, auditRefusal } from './audit.ts'
import type { AuditEvent } from './audit.ts'
import { readBrowserCookies } from './browser-cookie.ts'
import { READ_INTERVAL_MS } from './clock.ts'
import { readConfiguration } from './configuration.ts'
import type { ProxyContext, RouteRequest, UsableIdentity } from './context.ts'
import { requireCustomerId } from './customer-id.ts'
import { answerPreflight, isPreflight, openToOrigin } from './cross-origin.ts'
import { createVault } from './encryption.ts'
import { failureLine } from './failure-log.ts'
import { requireIdentity } from './identify.ts'
import { toIncoming } from './incoming.ts'
import type { Incoming } from './incoming.ts'
import { createKeyedHash } from './keyed-hash.ts'
import { maintain } from './maintain.ts'
import type { AstraLogger, AstraProxyOptions, Platform } from './options.ts'
import {
  allowAnotherTry,
  customerStatus,
  forgetCustomer,
  importCustomer,
  markPhoneChanged,
} from './partner.ts'
import { requireAllowedOrigin, targetOf } from './request.ts'
import { findRoute } from './route-table.ts'
import type { FoundRoute } from './route-table.ts'
import { shareWork } from './shared-work.ts'
import { warnSparsely } from './sparse-warning.ts'
import { guardedStorage } from './storage/guarded.ts'
import { ofOneEnvironment } from './storage/one-environment.ts'
import { createTokenVault } from './token-vault.ts'
import { fetchTransport } from './transport.ts'

/**
 * Where `fetch` carries the same handler without `Request` bodies and `Response`, which `toNodeHandler` calls: on Node
 * those two cost more than the rest of an answer from storage. Whoever wraps `fetch` gets the web's own objects.
 */
const WITHOUT_RESPONSE = Symbol.for('astra-onboarding/without-response')

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
  const wait = options.wait ?? ((ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)))
  const astra = createAstraApi({
    ...configuration,
    transport: options.transport ?? fetchTransport(options.fetch ?? ((request) => fetch(request))),
    retries: options.retries ?? 2,
    now,
    wait,
    random,
  })
  const vault = createVault(configuration.encryptionKeys, random)
  const logger = allowListed(options.logger ?? consoleLogger)
  const storage = guardedStorage(ofOneEnvironment(options.storage, configuration))
  const shared = {
    storage,
    astra,
    vault,
    random,
    now,
    clock: async () => (await storage.now?.()) ?? now(),
    wait,
    audit: (event: AuditEvent) => logger.info({ ...event, customer: event.customer ?? undefined }, 'audit'),
  }
  const policy = {
    kycType: options.kycType ?? 'verified',
    kycDelegation: options.kycDelegation ?? false,
    minimumAge: options.minimumAge ?? 18,
    optionalFields: options.optionalFields ?? [],
  }
  const context: ProxyContext = {
    ...shared,
    configuration,
    options,
    tokens: createTokenVault({ ...shared, logger }),
    keyedHash: createKeyedHash(configuration.encryptionKeys),
    // Astra may be asked again by then; which of several is first, the record decides.
    reads: shareWork(READ_INTERVAL_MS),
    announcing: new Map(),
    warnedIdentities: new Set(),
    refusedWebhooks: { count: 0, warnedAt: null },
    strayRequests: { count: 0, warnedAt: null },
    policy,
    logger,
  }

  const answer = (incoming: Incoming, platform: unknown) => dispatch(context, incoming, toPlatform(platform))
  const answerFetch = async (request: Request, platform?: unknown) =>
    toResponse(await answer(toIncoming(request), platform))

  return {
    fetch: Object.assign(answerFetch, { [WITHOUT_RESPONSE]: answer }),
    getAccessToken: async (customerId, { refused } = {}) => {
      requireCustomerId(customerId, 'getAccessToken')
      const { tokens } = context
      const token = await (refused ? tokens.replace(customerId, refused) : tokens.access(customerId))
      context.audit({ event: 'tokens.use', customer: customerId, outcome: 'given' })
      return token
    },
    status: ofCustomer('status', (customerId) => customerStatus(context, customerId)),
    import: ofCustomer('import', (customerId, known) => importCustomer(context, customerId, known)),
    forget: ofCustomer('forget', (customerId) => forgetCustomer(context, customerId)),
    allowAnotherTry: ofCustomer('allowAnotherTry', (customerId) => allowAnotherTry(context, customerId)),
    phoneChanged: ofCustomer('phoneChanged', (customerId) => markPhoneChanged(context, customerId)),
    maintain: () => maintain(context),
  }
}

function ofCustomer<Rest extends unknown[], Result>(
  method: keyof AstraProxy,
  work: (customerId: string, ...rest: Rest) => Promise<Result>,
): (customerId: string, ...rest: Rest) => Promise<Result> {
  return async (customerId, ...rest) => {
    requireCustomerId(customerId, method)
    return work(customerId, ...rest)
  }
}

/** Never rejects. */
async function dispatch(context: ProxyContext, incoming: Incoming, platform: Platform): Promise<Answer> {
  const { configuration } = context
  const { request } = incoming
  const { path, search } = targetOf(request)
  const found = findRoute(path, configuration)
  const isScripted = found?.row.caller === 'script'
  let answer: Answer
  try {
    if (!found) throw stray(context)
    answer =
      isScripted && isPreflight(request)
        ? answerPreflight(request, configuration, [found.row.method])
        : await handle(context, found, { ...incoming, route: found.row.name, search, platform })
  } catch (error) {
    answer = answerError(error)
  }
  return isScripted ? openToOrigin(answer, request, configuration) : answer
}

async function handle(
  context: ProxyContext,
  { row, parameters }: FoundRoute,
  incoming: Omit<RouteRequest, 'browser' | 'parameters'>,
): Promise<Answer> {
  const { request } = incoming
  if (row.method !== request.method) throw new AstraError('method_not_allowed')
  let identity: UsableIdentity | null = null
  try {
    if (row.caller === 'script') requireAllowedOrigin(request, context.configuration)
    const browser = readBrowserCookies(request, context.configuration)
    if (row.guard !== 'customer') return await row.handle(context, { ...incoming, browser, parameters })
    identity = await requireIdentity(context, incoming)
    return await row.handle(context, { ...incoming, browser, parameters, identity })
  } catch (error) {
    auditRefusal(context, identity?.id ?? null, error)
    report(context, row.name, error, identity?.id)
    throw error
  }
}

/** A person who comes back to such an address sees an answer that is meant for engineers, who see none. */
function stray(context: ProxyContext): AstraError {
  const { basePath } = context.configuration
  const what = `a request was for no route of the proxy: they are all below ${basePath}. Check that the mount, \`basePath\` here and in the widget, and ASTRA_REDIRECT_URI agree`
  warnSparsely(context, context.strayRequests, { code: 'route_not_found' }, what)
  return new AstraError('route_not_found')
}

/** Frameworks pass all sorts of second arguments; only one member of them means anything here. */
function toPlatform(argument: unknown): Platform {
  const remoteAddress = (argument as Platform | null | undefined)?.remoteAddress
  return typeof remoteAddress === 'string' ? { remoteAddress } : {}
}

function report(context: ProxyContext, route: string, error: unknown, customer?: string): void {
  // What the caller did wrong is no news, unless Astra said so, or whatever stands in front of it.
  const isAstras = isAstraError(error) && (error.requestId || astraStatusOf(error) !== undefined)
  if (isAstraError(error) && error.status < 500 && !isAstras) return
  context.logger.error(...failureLine(route, error, 'refused', customer))
}

const consoleLogger: AstraLogger = {
  warn: (fields, message) => console.warn(`[astra] ${message}`, JSON.stringify(fields)),
  error: (fields, message) => console.error(`[astra] ${message}`, JSON.stringify(fields)),
}
