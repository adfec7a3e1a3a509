import { AstraError } from '../core/errors.ts'
import type { AuthorizeSubject } from '../core/hosted-flow.ts'
import type { KycType, Profile } from '../core/profile.ts'
import { isCardStatus, isUserIntentStatus, isUserStatus } from '../core/status.ts'
import type { CardStatus, UserIntentStatus, UserStatus } from '../core/status.ts'
import type { TokenSet } from '../core/tokens.ts'
import { ATTEMPT_KEY } from './metadata.ts'
import type { TrustedCustomer } from './options.ts'

// Astra's snake_case names, both ways. Nothing else in the proxy knows them, but for the hosted module's addresses in
// `core/hosted-flow.ts`.

type Wire = Record<string, unknown>

/** A UserIntent as Astra reports it. */
export interface UserIntent extends Person {
  id: string
  userId: string | null
  status: UserIntentStatus
}

/** A User as Astra reports it. */
export interface User extends Person {
  id: string
  status: UserStatus
}

/** A debit card as far as it matters here; what is printed on it is not read. */
export interface Card {
  id: string
  /** Null for one that this version does not know. */
  status: CardStatus | null
  /** ms since the epoch; null when Astra's text does not say it beyond doubt. */
  createdAt: number | null
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

/** Whom a session token is for. */
export interface SessionTokenRequest {
  subject: Exclude<AuthorizeSubject, { none: true }>
  provider: string
  customerId: string
}

/** What tokens are asked for with. */
export type GrantRequest = { code: string } | { refreshToken: string }

/** One webhook, as far as it matters here. */
export interface Delivery {
  id: string
  type: string
  resourceId: string
  /** Null in what comes without one. */
  userId: string | null
  attemptId: string | null
}

/** @see https://docs.astra.finance/reference/post_v1-user-intent */
export function userIntentToWire({ profile, ipAddress, kycType, metadata }: NewUserIntent): Wire {
  return {
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
}

/** @see https://docs.astra.finance/docs/trusted-authentication */
export function sessionTokenToWire(
  { subject, provider, customerId }: SessionTokenRequest,
  clientId: string,
): Wire {
  return {
    provider,
    provider_data: { customer_id: customerId },
    client_id: clientId,
    ...subjectToWire(subject),
  }
}

/** What Astra is told of a customer who signed in here. The time is left out where it is null. */
export function trustedCustomerToWire(
  id: string,
  { firstName, lastName, phone, lastAuthenticatedAt: at }: TrustedCustomer,
): Wire {
  return {
    customer_id: id,
    first_name: firstName,
    last_name: lastName,
    phone,
    ...(typeof at === 'number' && { last_authentication_time: new Date(at).toISOString() }),
  }
}

/** Exactly one of the three. */
function subjectToWire(subject: SessionTokenRequest['subject']): Record<string, string> {
  if ('userIntentId' in subject) return { user_intent_id: subject.userIntentId }
  if ('userId' in subject) return { user_id: subject.userId }
  return { business_profile_id: subject.businessProfileId }
}

/** The form of a token request. @see RFC 6749 §4.1.3, §6 */
export function grantToWire(request: GrantRequest, redirectUri: string): Record<string, string> {
  const grant =
    'code' in request
      ? { grant_type: 'authorization_code', code: request.code }
      : { grant_type: 'refresh_token', refresh_token: request.refreshToken }
  return { ...grant, redirect_uri: redirectUri }
}

/** @throws AstraError `astra_unexpected` */
export function toUserIntent(id: string, body: Wire): UserIntent {
  const { status, user_id: userId } = body
  if (!isUserIntentStatus(status)) throw unknownStatus('user intent')
  return { ...toPerson(body), id, status, userId: typeof userId === 'string' && userId ? userId : null }
}

/** @throws AstraError `astra_unexpected` */
export function toUser(body: Wire): User {
  const { status, id } = body
  if (!isUserStatus(status)) throw unknownStatus('user')
  if (typeof id !== 'string' || id === '') throw new AstraError('astra_unexpected')
  return { ...toPerson(body), id, status }
}

function unknownStatus(what: string): AstraError {
  return new AstraError('astra_unexpected', {
    message: `Astra answered a ${what} status that this version does not know. Upgrade astra-onboarding.`,
  })
}

function toPerson(body: Wire): Person {
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '')
  return {
    email: text('email'),
    phone: text('phone'),
    firstName: text('first_name'),
    lastName: text('last_name'),
  }
}

/**
 * @throws AstraError `astra_unexpected`
 * @see https://docs.astra.finance/reference/get_v1-cards
 */
export function toCards({ cards }: Wire): Card[] {
  if (!Array.isArray(cards)) throw new AstraError('astra_unexpected')
  return cards.map(toCard)
}

function toCard(value: unknown): Card {
  const { id, status, created } = (value ?? {}) as Wire
  if (typeof id !== 'string' || id === '' || typeof status !== 'string')
    throw new AstraError('astra_unexpected')
  return { id, status: isCardStatus(status) ? status : null, createdAt: readInstant(created) }
}

/** Only with its time zone: an hour of the day somewhere is no instant. */
function readInstant(text: unknown): number | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? null : instant
}

/**
 * Null for what holds no tokens. What no header can carry is none: it would take the place of good ones.
 * @param now ms since the epoch
 */
export function toTokens(body: Wire, now: number): TokenSet | null {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = body
  if (!isToken(accessToken) || !isToken(refreshToken)) return null
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return null
  return { accessToken, refreshToken, accessExpiresAt: now + seconds * 1000, obtainedAt: now }
}

/** @see RFC 6749 appendix A.12 */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

/** Null for what is signed and of no concern to us: other families of events, other shapes. */
export function readDelivery(body: Uint8Array): Delivery | null {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return null
  }
  const { webhook_id, webhook_type, resource_id, user_id, metadata } = (json ?? {}) as Wire
  if (typeof webhook_id !== 'string' || typeof webhook_type !== 'string' || typeof resource_id !== 'string')
    return null
  const attempt = (metadata as Wire | null | undefined)?.[ATTEMPT_KEY]
  return {
    id: webhook_id,
    type: webhook_type,
    resourceId: resource_id,
    userId: typeof user_id === 'string' ? user_id : null,
    attemptId: typeof attempt === 'string' ? attempt : null,
  }
}

/** Whether Astra itself has judged, and not something on the way to it. @see https://docs.astra.finance/reference/errors */
export function isAstrasEnvelope(body: Wire | null): boolean {
  return body !== null && ['code', 'status_code', 'description'].some((member) => member in body)
}
