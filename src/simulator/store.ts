import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import type { Scenario } from './scenarios.ts'

/** A person's data as the API takes it; `ssn` and the like never come back out. */
export interface SimulatedProfile {
  email: string
  phone: string
  first_name: string
  last_name: string
  preferred_first_name: string | null
  preferred_last_name: string | null
  preferred_pronouns: string | null
  date_of_birth: string
}

export interface SimulatedIntent extends SimulatedProfile {
  id: string
  user_id: string | null
  status: UserIntentStatus
  scenario: Scenario
  /** ms since the epoch at which a pending check ends. */
  pendingUntil: number | null
  metadata: Record<string, string>
}

export interface SimulatedUser extends SimulatedProfile {
  id: string
  status: UserStatus
  scenario: Scenario
  pendingUntil: number | null
  /** Only one access token per user is valid at a time. */
  access: { token: string; expiresAt: number } | null
  /** Old refresh tokens stay valid until their own expiry. */
  refresh: { token: string; expiresAt: number }[]
}

export interface SimulatedCode {
  code: string
  userId: string
  redirectUri: string
  expiresAt: number
}

export interface SimulatedCard {
  id: string
  userId: string
  status: 'approved' | 'flagged'
  card_company: string
  first_six_digits: string
  last_four_digits: string
  expiration_date: string
  created: string
}

/** One walk through the hosted module. */
export interface Visit {
  id: string
  entry: 'authorize' | 'verify-personal' | 'verify-document'
  redirectUri: string
  state: string | null
  /** E.164, known from the URL or typed. */
  phone: string | null
  phoneLocked: boolean
  intentId: string | null
  /** The SMS code that was "sent" to {@link phone}. */
  smsCode: string | null
  userId: string | null
  consented: boolean
}

/** Everything the simulator knows; plain JSON, so that it can be saved and given back. */
export interface SimulatorState {
  clockOffset: number
  intents: SimulatedIntent[]
  users: SimulatedUser[]
  codes: SimulatedCode[]
  cards: SimulatedCard[]
  visits: Visit[]
  /** Browser sessions of the module: an active Authentication on one device. */
  sessions: { token: string; userId: string; expiresAt: number }[]
}

export function emptyState(): SimulatorState {
  return { clockOffset: 0, intents: [], users: [], codes: [], cards: [], visits: [], sessions: [] }
}

/** Lets pending checks end whose time has come. */
export function settleChecks(state: SimulatorState, now: number): void {
  for (const person of [...state.intents, ...state.users]) {
    if (person.status !== 'pending' || person.pendingUntil === null || now < person.pendingUntil) continue
    person.status = person.scenario.pending?.endsAs ?? 'approved'
    person.pendingUntil = null
  }
}

/**
 * The person proved possession of the phone. A phone that belongs to a User signs in to that User, whatever intent
 * was asked for; otherwise the intent is converted and the User inherits its status.
 */
export function authenticate(
  state: SimulatorState,
  phone: string,
  intentId: string | null,
): SimulatedUser | null {
  const existing = state.users.find((user) => user.phone === phone)
  if (existing) return existing
  const intent = state.intents.find((candidate) => candidate.id === intentId && candidate.phone === phone)
  if (!intent || intent.status === 'converted_to_user') return null
  const { id: _, user_id: __, metadata: ___, status, ...person } = intent
  const user: SimulatedUser = { ...person, id: randomId(), status, access: null, refresh: [] }
  state.users.push(user)
  intent.status = 'converted_to_user'
  intent.user_id = user.id
  return user
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/** An opaque id of 37 letters and digits, as Astra's examples have them. */
export function randomId(length = 37): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => ALPHABET[byte % ALPHABET.length],
  ).join('')
}
