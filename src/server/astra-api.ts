import { AstraError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { isUserIntentStatus, isUserStatus } from '../core/status.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import type { KycType } from '../core/profile.ts'
import type { TokenSet } from '../core/tokens.ts'

/** A UserIntent as Astra tells of it. */
export interface UserIntent extends Person {
  id: string
  userId: string | null
  status: UserIntentStatus
}

/** A User as Astra tells of it. */
export interface User extends Person {
  id: string
  status: UserStatus
}

/** What identifies a person on both sides. Read, compared, never stored. */
export interface Person {
  email: string
  phone: string
  firstName: string
  lastName: string
}

/** What `POST /v1/user_intent` is made of. */
export interface NewUserIntent {
  profile: Profile
  ipAddress: string
  kycType: KycType
  metadata: Record<string, string>
}

/** How a creation ended. `unknown`: the request may have reached Astra, so it must never be sent again by itself. */
export type CreationOutcome =
  | { kind: 'created'; id: string }
  | { kind: 'not-sent'; cause: unknown }
  | { kind: 'refused'; error: AstraError }
  | { kind: 'unknown'; cause: unknown; requestId: string | undefined }

/** How a token request ended. `dead`: the code or refresh token is not accepted and never will be. */
export type GrantOutcome =
  | { kind: 'granted'; tokens: TokenSet }
  | { kind: 'dead'; requestId: string | undefined }
  | { kind: 'refused-client'; requestId: string | undefined }
  | { kind: 'unavailable'; cause: unknown; requestId: string | undefined }

/** The access token was not accepted. Thrown by bearer calls; the token vault answers it with one refresh. */
export class AccessTokenRefused extends Error {}

/** Client of Astra's HTTP API: the one place with snake_case names and the client secret. */
export interface AstraApi {
  createUserIntent(input: NewUserIntent): Promise<CreationOutcome>
  /** @throws AstraError `astra_unavailable`, `astra_refused_client`, `astra_unexpected` */
  readUserIntent(id: string): Promise<UserIntent>
  exchangeCode(code: string): Promise<GrantOutcome>
  refresh(refreshToken: string): Promise<GrantOutcome>
  /** @throws AccessTokenRefused, AstraError `astra_unavailable`, `astra_unexpected` */
  readUser(accessToken: string): Promise<User>
}

/** What the client is made of. */
export interface AstraApiOptions {
  api: string
  clientId: string
  clientSecret: string
  redirectUri: string
  fetch: (request: Request) => Promise<Response>
  now: () => number
}

const CREATE_TIMEOUT_MS = 20_000
const CALL_TIMEOUT_MS = 10_000

export function createAstraApi(options: AstraApiOptions): AstraApi {
  const basic = `Basic ${btoa(`${options.clientId}:${options.clientSecret}`)}`

  function call(
    path: string,
    init: { method?: string; headers: Record<string, string>; body?: string },
    timeout: number,
  ) {
    // A redirect would carry the credentials elsewhere; Astra's API sends none.
    const request = new Request(new URL(path, options.api), {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    })
    return options.fetch(request)
  }

  async function get(path: string, authorization: string): Promise<Record<string, unknown>> {
    let response: Response
    try {
      response = await call(path, { headers: { authorization } }, CALL_TIMEOUT_MS)
    } catch (cause) {
      throw new AstraError('astra_unavailable', { cause })
    }
    const requestId = response.headers.get('request-id') ?? undefined
    if (response.status === 401 && authorization !== basic) throw new AccessTokenRefused()
    if (response.status === 401) throw new AstraError('astra_refused_client', { requestId })
    if (response.status === 429 || response.status >= 500)
      throw new AstraError('astra_unavailable', { requestId })
    const body = await readObject(response)
    if (!response.ok || !body) throw new AstraError('astra_unexpected', { requestId })
    return body
  }

  async function grant(form: Record<string, string>): Promise<GrantOutcome> {
    let response: Response
    try {
      const body = new URLSearchParams({ ...form, redirect_uri: options.redirectUri }).toString()
      const headers = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' }
      response = await call('/v1/oauth/token', { method: 'POST', headers, body }, CALL_TIMEOUT_MS)
    } catch (cause) {
      return { kind: 'unavailable', cause, requestId: undefined }
    }
    const requestId = response.headers.get('request-id') ?? undefined
    const body = await readObject(response)
    if (response.status === 400 || response.status === 401) {
      return { kind: body?.['error'] === 'invalid_client' ? 'refused-client' : 'dead', requestId }
    }
    const tokens = response.ok && body ? parseTokens(body, options.now()) : null
    return tokens ? { kind: 'granted', tokens } : { kind: 'unavailable', cause: undefined, requestId }
  }

  return {
    async createUserIntent(input) {
      let response: Response
      try {
        const headers = { authorization: basic, 'content-type': 'application/json' }
        const body = JSON.stringify(toWire(input))
        response = await call('/v1/user_intent', { method: 'POST', headers, body }, CREATE_TIMEOUT_MS)
      } catch (cause) {
        return neverLeft(cause)
          ? { kind: 'not-sent', cause }
          : { kind: 'unknown', cause, requestId: undefined }
      }
      const requestId = response.headers.get('request-id') ?? undefined
      const refused = (code: ConstructorParameters<typeof AstraError>[0]): CreationOutcome => ({
        kind: 'refused',
        error: new AstraError(code, { requestId }),
      })
      if (response.status === 401) return refused('astra_refused_client')
      if (response.status === 403) return refused('intent_refused')
      if (response.status === 429) return refused('astra_unavailable')
      if (response.status >= 400 && response.status < 500) return refused('intent_rejected_by_astra')
      const id = (await readObject(response))?.['id']
      if (response.ok && typeof id === 'string' && id !== '') return { kind: 'created', id }
      return { kind: 'unknown', cause: undefined, requestId }
    },

    async readUserIntent(id) {
      const body = await get(`/v1/user_intent/${encodeURIComponent(id)}`, basic)
      const { status, user_id: userId } = body
      if (!isUserIntentStatus(status)) throw unknownStatus('user intent')
      return { ...toPerson(body), id, status, userId: typeof userId === 'string' && userId ? userId : null }
    },

    exchangeCode: (code) => grant({ grant_type: 'authorization_code', code }),
    refresh: (refreshToken) => grant({ grant_type: 'refresh_token', refresh_token: refreshToken }),

    async readUser(accessToken) {
      const body = await get('/v1/user', `Bearer ${accessToken}`)
      const { status, id } = body
      if (!isUserStatus(status)) throw unknownStatus('user')
      if (typeof id !== 'string' || id === '') throw new AstraError('astra_unexpected')
      return { ...toPerson(body), id, status }
    },
  }
}

/** @see https://docs.astra.finance/reference/post_v1-user-intent */
function toWire({ profile, ipAddress, kycType, metadata }: NewUserIntent): Record<string, unknown> {
  const wire: Record<string, unknown> = {
    email: profile.email,
    phone: profile.phone,
    first_name: profile.firstName,
    last_name: profile.lastName,
    preferred_first_name: profile.preferredFirstName,
    preferred_last_name: profile.preferredLastName,
    preferred_pronouns: profile.preferredPronouns,
    address1: profile.address1,
    // Astra answers 400 to null; an empty string is its "none".
    address2: profile.address2 ?? '',
    city: profile.city,
    state: profile.state,
    postal_code: profile.postalCode,
    date_of_birth: profile.dateOfBirth,
    ssn: profile.ssnLast4,
    ip_address: ipAddress,
    // The default is left out: the parameter's name is not confirmed by Astra's API page.
    kyc_type: kycType === 'verified' ? undefined : kycType,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  }
  return wire
}

function toPerson(body: Record<string, unknown>): Person {
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '')
  return {
    email: text('email'),
    phone: text('phone'),
    firstName: text('first_name'),
    lastName: text('last_name'),
  }
}

function parseTokens(body: Record<string, unknown>, now: number): TokenSet | null {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = body
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string' || typeof seconds !== 'number')
    return null
  return { accessToken, refreshToken, accessExpiresAt: now + seconds * 1000, obtainedAt: now }
}

async function readObject(response: Response): Promise<Record<string, unknown> | null> {
  const body: unknown = await response.json().catch(() => null)
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : null
}

function unknownStatus(what: string): AstraError {
  return new AstraError('astra_unexpected', {
    message: `Astra answered a ${what} status that this version does not know. Upgrade astra-onboarding.`,
  })
}

/** Only these prove that no byte of the request reached Astra. */
const NEVER_LEFT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

function neverLeft(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  return typeof cause?.code === 'string' && NEVER_LEFT.has(cause.code)
}
