import type { FormPolicy } from '../../src/core/contract.ts'
import type { FormPage } from '../../src/react/profile-pages.ts'
import type { OnboardingNotice, OnboardingScreen, ScreenName } from '../../src/react/screens.ts'
import type { OnboardingPage } from '../../src/testing/onboarding-page.ts'
import { ROSA } from '../../src/testing/person.ts'

/** A screen as it is pictured and scanned. */
export interface Fixture {
  screen: OnboardingScreen
  notice?: OnboardingNotice
  /** Whether "Correct my details" is offered. */
  mayCorrect?: boolean
  layout?: 'single'
  /** What somebody does before the picture is taken, and what there is to be seen then, as a selector. */
  walk?: { deeds: (form: OnboardingPage) => Promise<void>; until: string }
  /** Behind the button, in its dialog; `closing` when they have pressed its cross afterwards. */
  inDialog?: 'open' | 'closing'
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
  'stopped/could-not-finish': {
    screen: { name: 'stopped', reason: 'could-not-finish' },
    mayCorrect: true,
  },
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
  'limit-reached': { screen: firstInvitation, notice: { name: 'limit-reached' } },
  failed: { screen: firstInvitation, notice: { name: 'failed', userMessage: 'contact-support' } },
} as const satisfies Record<OnboardingNotice['name'], Fixture>

const form = SCREENS['profile/first']

async function toContact(page: OnboardingPage): Promise<void> {
  const [year, month, day] = ROSA.dateOfBirth.split('-') as [string, string, string]
  await page.proceed()
  await page.answer('month', month)
  await page.answer('day', day)
  await page.answer('year', year)
  await page.answer('ssnLast4', ROSA.ssnLast4)
  await page.proceed()
}

async function toAddress(page: OnboardingPage): Promise<void> {
  await toContact(page)
  await page.answer('phone', ROSA.phone)
  await page.proceed()
}

/** Every page of the form; the first one is a screen already. */
const FORM_PAGES = {
  about: { ...form, walk: { deeds: (page) => page.proceed(), until: 'fieldset' } },
  contact: { ...form, walk: { deeds: toContact, until: '[type=tel]' } },
  address: { ...form, walk: { deeds: toAddress, until: 'select' } },
  details: { ...form, layout: 'single' },
  review: { ...form, walk: { deeds: (page) => page.fillProfile(), until: '.astra-review' } },
} as const satisfies Record<Exclude<FormPage, 'intro'>, Fixture>

const REFUSALS = {
  'form/about-refused': {
    ...form,
    walk: {
      deeds: async (page) => {
        await page.proceed()
        await page.answer('ssnLast4', '482')
        await page.proceed()
      },
      until: '.astra-summary',
    },
  },
  'form/address-refused': {
    ...form,
    walk: {
      deeds: async (page) => {
        await toAddress(page)
        await page.answer('address1', 'P.O. Box 118')
        await page.proceed()
      },
      until: '.astra-summary',
    },
  },
  'form/details-refused': {
    ...form,
    layout: 'single',
    walk: { deeds: (page) => page.proceed(), until: '.astra-summary' },
  },
  /** The gallery's proxy takes no profile. */
  'form/review-failed': {
    ...form,
    walk: {
      deeds: async (page) => {
        await page.fillProfile()
        await page.send()
      },
      until: '.astra-notice',
    },
  },
} as const satisfies Record<string, Fixture>

/** By the name in the gallery's address. */
export const FIXTURES: Readonly<Record<string, Fixture>> = {
  ...SCREENS,
  ...withPrefix('notice', NOTICES),
  ...withPrefix('form', FORM_PAGES),
  ...REFUSALS,
  opening: { screen: { ...firstInvitation, isOpening: true } },
  'opening/document-sent': { screen: { name: 'invitation', reason: 'document-sent', isOpening: true } },
  dialog: { ...form, inDialog: 'open', walk: { deeds: (page) => page.proceed(), until: 'fieldset' } },
  'dialog/closing': {
    ...form,
    inDialog: 'closing',
    walk: {
      deeds: async (page) => {
        await page.proceed()
        await page.answer('year', '1991')
      },
      until: 'fieldset',
    },
  },
}

function withPrefix(prefix: string, fixtures: Record<string, Fixture>): Record<string, Fixture> {
  return Object.fromEntries(Object.entries(fixtures).map(([name, fixture]) => [`${prefix}/${name}`, fixture]))
}
