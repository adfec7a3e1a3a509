import type { CardStatus, UserIntentStatus, UserStatus } from '../core/status.ts'
import type { Scenario } from './scenarios.ts'
import type { TestCardName } from './test-cards.ts'

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
  /** `verified`, `unverified` or `receive-only`. */
  kyc_type: string
  metadata: Record<string, string>
}

/** What a partner says of a business before it is a User. Nothing about its owners is kept. */
export interface SimulatedBusinessProfile {
  id: string
  user_id: string | null
  phone: string
  email: string | null
  first_name: string | null
  last_name: string | null
  /** `verified`, `unverified` or `receive-only`. */
  kyb_type: string
  business_info: Record<string, string>
}

export interface SimulatedUser extends SimulatedProfile {
  id: string
  status: UserStatus
  scenario: Scenario
  pendingUntil: number | null
  business: boolean
  /** Has pressed Authorize at least once. */
  hasAuthorized: boolean
  /** The intent's. */
  metadata: Record<string, string>
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

/** A debit card. Of its number only the last four digits are kept, and nothing of its security code. */
export interface SimulatedCard {
  id: string
  userId: string
  status: CardStatus
  /** Which of the numbers on the form it was. */
  testCard: TestCardName
  /** ms since the epoch at which a pending review ends. */
  pendingUntil: number | null
  last_four_digits: string
  expiration_date: string
  first_name: string
  last_name: string
  street_line_1: string
  street_line_2: string
  city: string
  state: string
  zip_code: string
  created: string
  /** When it was removed. */
  removed: string | null
}

/**
 * The body of a webhook. No status is in it: whoever gets it reads the resource.
 * @see https://docs.astra.finance/reference/user-webhooks
 */
export interface SimulatedWebhook {
  webhook_type: 'user_intent_updated' | 'user_updated' | 'card_updated'
  /** The same over all tries of a delivery. */
  webhook_id: string
  /** Of `user_intent_updated` this is the id of the user intent. */
  user_id: string
  /** Of `card_updated` the card's. */
  resource_id: string
  /** The intent's, and its User's; left out when there is none. */
  metadata?: Record<string, string>
}

/** A webhook that waits to be sent, for the first time or again. */
export interface QueuedWebhook {
  webhook: SimulatedWebhook
  /** How often it failed already. */
  retries: number
  /** ms since the epoch, by the simulator's clock. */
  dueAt: number
}

/** One walk through the hosted module. */
export interface Visit {
  id: string
  entry: 'authorize' | 'verify-personal' | 'verify-business' | 'verify-document' | 'link-card'
  redirectUri: string
  state: string | null
  /** E.164, known from the URL or typed. */
  phone: string | null
  phoneLocked: boolean
  /** The SMS code was right, and the phone is nobody's: a business without a profile has to describe itself. */
  phoneConfirmed: boolean
  intentId: string | null
  business: boolean
  profileId: string | null
  /** The SMS code that was "sent" to {@link phone}. */
  smsCode: string | null
  userId: string | null
  /** The link's session token did not count. */
  isStale: boolean
  consented: boolean
  /** Is not asked for again on this visit, whatever becomes of it. */
  photoSent: boolean
  /** "Connect New Debit Card" was pressed. */
  connecting: boolean
}

/** Whom a session token is for: the parameter of the link, and its value. */
export interface TokenSubject {
  name: 'user_intent_id' | 'business_profile_id' | 'user_id'
  id: string
}

/** Everything the simulator knows; plain JSON, so that it can be saved and given back. */
export interface SimulatorState {
  clockOffset: number
  intents: SimulatedIntent[]
  businessProfiles: SimulatedBusinessProfile[]
  users: SimulatedUser[]
  codes: SimulatedCode[]
  cards: SimulatedCard[]
  visits: Visit[]
  /** Browser sessions of the module: an active Authentication on one device. */
  sessions: { token: string; userId: string; expiresAt: number }[]
  /** Trusted Authentication: not used yet. */
  sessionTokens: { token: string; subject: TokenSubject; expiresAt: number }[]
  webhooks: QueuedWebhook[]
}

/** Goes on from what was saved; what an earlier version did not know yet gets a default. */
export function restoreState(saved: Partial<SimulatorState> = {}): SimulatorState {
  const state: SimulatorState = {
    clockOffset: 0,
    intents: [],
    businessProfiles: [],
    users: [],
    codes: [],
    cards: [],
    visits: [],
    sessions: [],
    sessionTokens: [],
    webhooks: [],
    ...structuredClone(saved),
  }
  const newerOfCards = {
    testCard: 'approved',
    pendingUntil: null,
    first_name: '',
    last_name: '',
    street_line_1: '',
    street_line_2: '',
    city: '',
    state: '',
    zip_code: '',
    removed: null,
  } as const
  state.cards = state.cards.map((card) => ({ ...newerOfCards, ...card }))
  const newer = { business: false, hasAuthorized: false, metadata: {} }
  state.users = state.users.map((user) => ({ ...newer, ...user }))
  return state
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/** An opaque id of 37 letters and digits, as Astra's examples have them. */
export function randomId(length = 37): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => ALPHABET[byte % ALPHABET.length],
  ).join('')
}
