import type { CardOutcome } from './card-outcome.ts'
import type { UserIntentStatus, UserStatus } from './status.ts'

/** What the partner wants from the person: an authorization, or one more debit card. */
export type Goal = 'onboard' | 'link-card'

/** The hosted screens of Astra's module that a step can lead to. */
export type HostedFlow = 'authorize' | 'verify-personal' | 'verify-business' | 'verify-document' | 'link-card'

/** Why the hosted module is opened; the widget words its invitation by it. */
export type HostedFlowReason =
  | 'first-time'
  | 'again'
  | 'correction'
  | 'document'
  /** A photo was sent lately: Astra may be looking at it, which takes a day, and it may be sent once more. */
  | 'document-sent'
  | 'card'

/** What a customer has to do next. The data of a step lives in its branch. */
export type OnboardingStep =
  | { name: 'collect-profile' }
  /** `mayAuthorize`: the check takes long, so the person may already go on to the hosted module. `lasts`: unless seconds. */
  | { name: 'wait'; mayAuthorize: boolean; lasts?: 'days' }
  | { name: 'hosted-flow'; flow: HostedFlow; reason: HostedFlowReason }
  | { name: 'stopped'; reason: 'rejected' | 'suspended' | 'could-not-finish' }
  | { name: 'complete' }

/** Without a token that can be had now, only the UserIntent's status is known. */
export interface FactsWithoutToken {
  token: 'none'
  intent: UserIntentStatus | 'none'
  /** How long the intent has existed, in seconds. */
  intentAgeSeconds: number
  /** The last status seen on the User while a token was alive; it outlives the token. */
  lastUserStatus: UserStatus | null
  /** Returns from `authorize` that brought no code, since the last success. */
  fruitlessReturns: number
  kind: 'personal' | 'business' | 'receive-only'
  goal: Goal
}

/** With a usable token, the User's status counts. */
export interface FactsWithToken {
  token: 'usable'
  user: UserStatus
  kind: 'personal' | 'business' | 'receive-only'
  goal: Goal
  /** What became of the card that a flow was opened for. Ignored for the goal `onboard`. */
  card: CardOutcome
  /** The person has come back from the photo screen lately. */
  documentSent: boolean
}

/** Everything the decision depends on. "Usable" means: an access token can be had now, refreshing if necessary. */
export type Facts = FactsWithoutToken | FactsWithToken

/** A pending check usually takes seconds; after this many the person may go on to authorize. */
export const MAY_AUTHORIZE_AFTER_SECONDS = 10

/** At this many returns from `authorize` without a code we stop sending the person there. */
export const FRUITLESS_RETURN_LIMIT = 3

const WAIT: OnboardingStep = { name: 'wait', mayAuthorize: false }
/** Astra looks at a business itself. */
const WAIT_FOR_DAYS: OnboardingStep = { name: 'wait', mayAuthorize: false, lasts: 'days' }
const COMPLETE: OnboardingStep = { name: 'complete' }
const AUTHORIZE: OnboardingStep = { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' }
const LINK_CARD: OnboardingStep = { name: 'hosted-flow', flow: 'link-card', reason: 'card' }

/** The module inserts correction and document itself, so `retry` and `document` lead to authorize too. */
const WITHOUT_TOKEN = {
  none: { name: 'collect-profile' },
  pending: WAIT,
  approved: AUTHORIZE,
  retry: AUTHORIZE,
  document: AUTHORIZE,
  converted_to_user: { name: 'hosted-flow', flow: 'authorize', reason: 'again' },
  rejected: { name: 'stopped', reason: 'rejected' },
  suspended: { name: 'stopped', reason: 'suspended' },
} as const satisfies Record<UserIntentStatus | 'none', OnboardingStep>

/** A receive-only person need neither authenticate nor authorize once approved. */
const WITHOUT_TOKEN_RECEIVE_ONLY = {
  ...WITHOUT_TOKEN,
  approved: COMPLETE,
  converted_to_user: COMPLETE,
} as const satisfies Record<UserIntentStatus | 'none', OnboardingStep>

/** Business customers are never asked for a personal profile: the module collects or has it. */
const WITHOUT_TOKEN_BUSINESS = {
  ...WITHOUT_TOKEN,
  none: AUTHORIZE,
} as const satisfies Record<UserIntentStatus | 'none', OnboardingStep>

/** A card is linked in the module, and nobody gets there without having authorized. */
const BY_KIND_AND_GOAL = {
  personal: { onboard: WITHOUT_TOKEN, 'link-card': WITHOUT_TOKEN },
  business: { onboard: WITHOUT_TOKEN_BUSINESS, 'link-card': WITHOUT_TOKEN_BUSINESS },
  'receive-only': { onboard: WITHOUT_TOKEN_RECEIVE_ONLY, 'link-card': WITHOUT_TOKEN },
} as const satisfies Record<Facts['kind'], Record<Goal, Record<UserIntentStatus | 'none', OnboardingStep>>>

const WITH_TOKEN_PERSONAL = {
  approved: COMPLETE,
  pending: WAIT,
  retry: { name: 'hosted-flow', flow: 'verify-personal', reason: 'correction' },
  document: { name: 'hosted-flow', flow: 'verify-document', reason: 'document' },
  rejected: { name: 'stopped', reason: 'rejected' },
  suspended: { name: 'stopped', reason: 'suspended' },
} as const satisfies Record<UserStatus, OnboardingStep>

const WITH_TOKEN_BUSINESS = {
  ...WITH_TOKEN_PERSONAL,
  pending: WAIT_FOR_DAYS,
  retry: { name: 'hosted-flow', flow: 'verify-business', reason: 'correction' },
} as const satisfies Record<UserStatus, OnboardingStep>

const WITH_TOKEN = { personal: WITH_TOKEN_PERSONAL, business: WITH_TOKEN_BUSINESS } as const

/** The status stays `document` until somebody at Astra has looked at the photo. */
const DOCUMENT_SENT: OnboardingStep = {
  name: 'hosted-flow',
  flow: 'verify-document',
  reason: 'document-sent',
}

/** What an approved User has to do who wants a card. */
const WITH_CARD = {
  none: LINK_CARD,
  declined: LINK_CARD,
  pending: WAIT,
  linked: COMPLETE,
} as const satisfies Record<CardOutcome, OnboardingStep>

/**
 * Decides what a customer has to do next, from plain facts.
 *
 * The tables follow Astra's guides "Guide to Astra's SDK", "User Statuses" and "UserIntent / User Statuses and OAuth
 * Module Flows".
 *
 * @example
 * nextStep({ token: 'usable', user: 'document', kind: 'personal', goal: 'onboard', card: 'none', documentSent: false })
 * // { name: 'hosted-flow', flow: 'verify-document', reason: 'document' }
 * @see https://docs.astra.finance/docs/guide-to-astras-sdk
 * @see https://docs.astra.finance/reference/user-statuses
 */
export function nextStep(facts: Facts): OnboardingStep {
  return facts.token === 'usable' ? stepWithToken(facts) : stepWithoutToken(facts)
}

function stepWithToken({ user, kind, goal, card, documentSent }: FactsWithToken): OnboardingStep {
  if (user === 'approved' && goal === 'link-card') return WITH_CARD[card]
  if (user === 'document' && documentSent) return DOCUMENT_SENT
  return WITH_TOKEN[kind === 'business' ? 'business' : 'personal'][user]
}

function stepWithoutToken(facts: FactsWithoutToken): OnboardingStep {
  const { intent, lastUserStatus, kind, goal } = facts
  // Once converted, the intent no longer tells a rejected person from an approved one; the last User status does.
  if (intent === 'converted_to_user' && (lastUserStatus === 'rejected' || lastUserStatus === 'suspended')) {
    return { name: 'stopped', reason: lastUserStatus }
  }
  const step = BY_KIND_AND_GOAL[kind][goal][intent]
  const opensAuthorize = step.name === 'hosted-flow' || step.name === 'wait'
  if (opensAuthorize && facts.fruitlessReturns >= FRUITLESS_RETURN_LIMIT) {
    return { name: 'stopped', reason: 'could-not-finish' }
  }
  if (
    step.name === 'wait' &&
    kind !== 'receive-only' &&
    facts.intentAgeSeconds >= MAY_AUTHORIZE_AFTER_SECONDS
  ) {
    return { name: 'wait', mayAuthorize: true }
  }
  return step
}
