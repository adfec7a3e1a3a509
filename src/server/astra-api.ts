import { AstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import { withAstraStatus } from './astra-status.ts'
import {
  grantToWire,
  isAstrasEnvelope,
  sessionTokenToWire,
  toCards,
  toTokens,
  toUser,
  toUserIntent,
  userIntentToWire,
} from './astra-wire.ts'
import type {
  Card,
  GrantRequest,
  NewUserIntent,
  SessionTokenRequest,
  User,
  UserIntent,
} from './astra-wire.ts'
import { refusalOfGrant } from './grant.ts'
import type { GrantOutcome } from './grant.ts'
import type { Environment } from './configuration.ts'
import { retrying } from './retry.ts'
import type { Retries } from './retry.ts'
import { NotSent } from './transport.ts'
import type { Transport, TransportAnswer, TransportCall } from './transport.ts'

/** How a creation ended. `unknown`: the request may have reached Astra, so it must never be sent again by itself. */
export type CreationOutcome =
  | { kind: 'created'; id: string }
  | { kind: 'not-sent'; error: AstraError }
  /** `counts`: Astra has looked at it, so it may count against the limit per e-mail address. */
  | { kind: 'refused'; error: AstraError; counts: boolean }
  /** `status`: of Astra's answer, if there was one. */
  | { kind: 'unknown'; cause: unknown; requestId: string | undefined; status?: number }

/** The access token was not accepted. Thrown by bearer calls; the token vault answers it with one refresh. */
export class AccessTokenRefused extends Error {}

/** Astra knows nobody and nothing of that id. To whoever does not ask, one of the answers that nobody expects. */
export class UnknownToAstra extends AstraError {
  constructor(requestId: string | undefined) {
    const message =
      'Astra does not know the user intent or User that is stored for this customer. If it is the simulator: it was restarted without --data. Otherwise check ASTRA_CLIENT_ID and ASTRA_ENVIRONMENT; if both are right, proxy.forget(id) lets the customer begin anew.'
    super('astra_unexpected', { message, requestId })
  }
}

/** Client of Astra's HTTP API. What its bodies are called is known to `astra-wire.ts` alone. */
export interface AstraApi {
  createUserIntent(input: NewUserIntent): Promise<CreationOutcome>
  /** @throws AstraError `astra_unavailable`, `astra_refused_client`, `astra_unexpected` */
  readUserIntent(id: string): Promise<UserIntent>
  exchangeCode(code: string): Promise<GrantOutcome>
  refresh(refreshToken: string): Promise<GrantOutcome>
  /** @throws AccessTokenRefused, AstraError `astra_unavailable`, `astra_unexpected` */
  readUser(accessToken: string): Promise<User>
  /**
   * The newest cards of the User, as many as Astra puts on the first page.
   * @throws AccessTokenRefused, AstraError `astra_unavailable`, `astra_unexpected`
   */
  readCards(accessToken: string): Promise<Card[]>
  /**
   * Trusted Authentication: a token that lives one minute and works once.
   * @throws AstraError `astra_unavailable`, `astra_refused_client`, `astra_unexpected`
   */
  mintSessionToken(request: SessionTokenRequest): Promise<string>
}

/** What the client is made of. */
export interface AstraApiOptions extends Retries {
  environment: Environment
  api: string
  clientId: string
  clientSecret: string
  redirectUri: string
  transport: Transport
}

export const CREATE_TIMEOUT_MS = 20_000
/** For any other call, with all its repetitions. */
export const CALL_TIMEOUT_MS = 10_000

export function createAstraApi(options: AstraApiOptions): AstraApi {
  const basic = `Basic ${btoa(`${options.clientId}:${options.clientSecret}`)}`

  const { transport } = options
  const patient = retrying(transport, options)
  /** A code works once, so only what never left is sent again. */
  const careful = retrying(transport, { ...options, repeats: 'unsent' })

  /** Every address begins with the configured origin and `/v1/`, so that the credentials go nowhere else. */
  function call(
    carry: Transport,
    path: `/v1/${string}`,
    init: Omit<TransportCall, 'url' | 'timeoutMs'>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<TransportAnswer> {
    return carry({ ...init, url: options.api + path, timeoutMs })
  }

  async function get(path: `/v1/${string}`, authorization: string): Promise<Record<string, unknown>> {
    let response: TransportAnswer
    try {
      response = await call(patient, path, { method: 'GET', headers: { authorization } })
    } catch (cause) {
      throw unreachable(options, cause)
    }
    const requestId = requestIdOf(response)
    const failed = (code: AstraErrorCode) =>
      withAstraStatus(new AstraError(code, { requestId }), response.status)
    if (response.status === 401 && authorization !== basic) throw new AccessTokenRefused()
    if (response.status === 401) throw failed('astra_refused_client')
    if (response.status === 429 || response.status >= 500) throw failed('astra_unavailable')
    const body = readObject(response)
    // A read sends nothing but the id, so 400 is about it as well.
    if ((response.status === 400 || response.status === 404) && isAstrasEnvelope(body))
      throw withAstraStatus(new UnknownToAstra(requestId), response.status)
    if (!isOk(response) || !body) throw failed('astra_unexpected')
    return body
  }

  async function grant(request: GrantRequest, carry: Transport): Promise<GrantOutcome> {
    let response: TransportAnswer
    try {
      const body = new URLSearchParams(grantToWire(request, options.redirectUri)).toString()
      const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' }
      response = await call(carry, '/v1/oauth/token', { method: 'POST', headers, body })
    } catch (cause) {
      return { kind: 'unavailable', cause, requestId: undefined, isSent: !(cause instanceof NotSent) }
    }
    const requestId = requestIdOf(response)
    const body = readObject(response)
    const tokens = isOk(response) && body ? toTokens(body, options.now()) : null
    if (tokens) return { kind: 'granted', tokens }
    const { status } = response
    const refusal = refusalOfGrant(status, body)
    if (refusal) return { kind: refusal, requestId, status }
    // 429 is said before anything is done.
    return { kind: 'unavailable', cause: undefined, requestId, isSent: status !== 429, status }
  }

  return {
    async createUserIntent(input) {
      let response: TransportAnswer
      try {
        const headers = { authorization: basic, 'content-type': 'application/json' }
        const body = JSON.stringify(userIntentToWire(input))
        const init = { method: 'POST', headers, body } as const
        response = await call(transport, '/v1/user_intent', init, CREATE_TIMEOUT_MS)
      } catch (cause) {
        return cause instanceof NotSent
          ? { kind: 'not-sent', error: unreachable(options, cause) }
          : { kind: 'unknown', cause, requestId: undefined }
      }
      const requestId = requestIdOf(response)
      const answered = readObject(response)
      const refused = (code: AstraErrorCode, message?: string): CreationOutcome => ({
        kind: 'refused',
        error: withAstraStatus(
          new AstraError(code, { requestId, ...(message && { message }) }),
          response.status,
        ),
        counts: response.status !== 401 && response.status !== 429,
      })
      if (response.status === 401) return refused('astra_refused_client')
      if (response.status === 429) return refused('astra_unavailable')
      if (response.status >= 400 && response.status < 500) {
        if (!isAstrasEnvelope(answered)) return refused('astra_unexpected', notAstra(response.status))
        return refused(response.status === 403 ? 'intent_refused' : 'intent_rejected_by_astra')
      }
      const id = answered?.['id']
      if (isOk(response) && typeof id === 'string' && id !== '') return { kind: 'created', id }
      return { kind: 'unknown', cause: undefined, requestId, status: response.status }
    },

    async readUserIntent(id) {
      return toUserIntent(id, await get(`/v1/user_intent/${encodeURIComponent(id)}`, basic))
    },

    async mintSessionToken(request) {
      const headers = { authorization: basic, 'content-type': 'application/json' }
      const body = JSON.stringify(sessionTokenToWire(request, options.clientId))
      let response: TransportAnswer
      try {
        response = await call(transport, '/v1/partner/identity/verification', {
          method: 'POST',
          headers,
          body,
        })
      } catch (cause) {
        throw unreachable(options, cause)
      }
      const requestId = requestIdOf(response)
      const token = readObject(response)?.['token']
      if (isOk(response) && typeof token === 'string' && token !== '') return token
      const code = response.status === 401 ? 'astra_refused_client' : 'astra_unexpected'
      throw withAstraStatus(new AstraError(code, { requestId }), response.status)
    },

    exchangeCode: (code) => grant({ code }, careful),
    refresh: (refreshToken) => grant({ refreshToken }, patient),

    async readUser(accessToken) {
      return toUser(await get('/v1/user', `Bearer ${accessToken}`))
    },

    async readCards(accessToken) {
      return toCards(await get('/v1/cards', `Bearer ${accessToken}`))
    },
  }
}

/** What everybody meets first who tries the package: the simulator is not there yet. */
function unreachable({ environment, api }: AstraApiOptions, cause: unknown): AstraError {
  const isMissing = environment === 'simulator' && cause instanceof NotSent
  const message = `No simulator of Astra answers at ${api}. Start it with \`npx astra-onboarding simulator\`, or set ASTRA_SIMULATOR_URL.`
  return new AstraError('astra_unavailable', { cause, ...(isMissing && { message }) })
}

/** Astra's own id of the request, for its support. */
function requestIdOf({ headers }: TransportAnswer): string | undefined {
  return headers.get('request-id') ?? undefined
}

function isOk({ status }: TransportAnswer): boolean {
  return status >= 200 && status < 300
}

function readObject(response: TransportAnswer): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(response.body)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function notAstra(status: number): string {
  return `A user intent was answered with ${status}, and not in Astra's words: something on the way to Astra seems to refuse it, like a gateway or a list of addresses. Astra may have seen it, so it counts for a day.`
}
