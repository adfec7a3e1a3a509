import type { FormPolicy } from '../../src/core/contract.ts'
import type { OnboardingNotice, OnboardingScreen, ScreenName } from '../../src/react/screens.ts'

/** A screen as it is pictured and scanned. */
export interface Fixture {
  screen: OnboardingScreen
  notice?: OnboardingNotice
  /** Whether "Correct my details" is offered. */
  mayCorrect?: boolean
}

const policy: FormPolicy = {
  kycType: 'verified',
  kycDelegation: false,
  minimumAge: 18,
  optionalFields: ['preferredFirstName', 'preferredLastName', 'preferredPronouns'],
  locked: ['email'],
  lockedValues: { email: 'r•••@example.com' },
}

const firstInvitation: OnboardingScreen = { name: 'invitation', reason: 'first-time', isOpening: false }

/** Every screen there is: a new one does not compile until it is here, and so scanned and pictured. */
export const SCREENS = {
  loading: { screen: { name: 'loading' } },
  framed: { screen: { name: 'framed' } },
  offline: { screen: { name: 'offline' } },
  unreachable: { screen: { name: 'unreachable', userMessage: 'try-again-later' } },
  'signed-out': { screen: { name: 'signed-out' } },
  'profile/first': { screen: { name: 'profile', occasion: 'first', policy } },
  'profile/unknown-attempt': { screen: { name: 'profile', occasion: 'unknown-attempt', policy } },
  'profile/correction': { screen: { name: 'profile', occasion: 'correction', policy } },
  'limit-reached': { screen: { name: 'limit-reached' } },
  'verifying/seconds': {
    screen: { name: 'verifying', pace: 'seconds', mayAuthorize: false, isOpening: false },
  },
  'verifying/longer': {
    screen: { name: 'verifying', pace: 'longer', mayAuthorize: true, isOpening: false },
    mayCorrect: true,
  },
  'verifying/card': { screen: { name: 'verifying', pace: 'card', mayAuthorize: false, isOpening: false } },
  'verifying/days': { screen: { name: 'verifying', pace: 'days', mayAuthorize: false, isOpening: false } },
  'invitation/first-time': { screen: firstInvitation, mayCorrect: true },
  'invitation/again': { screen: { name: 'invitation', reason: 'again', isOpening: false } },
  'invitation/correction': { screen: { name: 'invitation', reason: 'correction', isOpening: false } },
  'invitation/document': { screen: { name: 'invitation', reason: 'document', isOpening: false } },
  'invitation/document-sent': { screen: { name: 'invitation', reason: 'document-sent', isOpening: false } },
  'invitation/card': { screen: { name: 'invitation', reason: 'card', isOpening: false } },
  popup: { screen: { name: 'popup' } },
  'popup-closed': { screen: { name: 'popup-closed' } },
  'stopped/rejected': { screen: { name: 'stopped', reason: 'rejected' } },
  'stopped/suspended': { screen: { name: 'stopped', reason: 'suspended' } },
  'stopped/could-not-finish': { screen: { name: 'stopped', reason: 'could-not-finish' } },
  'complete/onboarding': { screen: { name: 'complete', what: 'onboarding' } },
  'complete/card': { screen: { name: 'complete', what: 'card' } },
} as const satisfies Record<ScreenName, Fixture>

/** Everything that can be said above a screen, on the one where it is said most. */
export const NOTICES = {
  returned: { screen: firstInvitation, notice: { name: 'returned' } },
  declined: { screen: firstInvitation, notice: { name: 'declined' } },
  expired: { screen: firstInvitation, notice: { name: 'expired' } },
  'card-declined': {
    screen: { name: 'invitation', reason: 'card', isOpening: false },
    notice: { name: 'card-declined' },
  },
  failed: { screen: firstInvitation, notice: { name: 'failed', userMessage: 'contact-support' } },
} as const satisfies Record<OnboardingNotice['name'], Fixture>

/** By the name in the gallery's address. */
export const FIXTURES: Readonly<Record<string, Fixture>> = {
  ...SCREENS,
  ...Object.fromEntries(Object.entries(NOTICES).map(([name, fixture]) => [`notice/${name}`, fixture])),
  opening: { screen: { ...firstInvitation, isOpening: true } },
  'opening/document-sent': { screen: { name: 'invitation', reason: 'document-sent', isOpening: true } },
}
