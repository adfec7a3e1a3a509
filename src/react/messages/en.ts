import type { Presentation } from '../../core/contract.ts'
import type { UserMessage } from '../../core/errors.ts'
import type { FieldCode } from '../../core/field-codes.ts'
import type { HostedFlowReason } from '../../core/next-step.ts'
import type { ProfileField } from '../../core/profile.ts'
import type { Completion, OnboardingNotice, StoppedReason, VerifyingPace } from '../screens.ts'
import { loading } from './loading.ts'

/** A heading and what is said under it. */
interface Passage {
  title: string
  text: string
}

const fieldErrors = {
  'name.required': 'Enter a name',
  'name.too_long': 'Enter a name with 64 letters or fewer',
  'name.no_letter': 'Enter a name with at least one letter',
  'name.digit': 'Enter the name without numbers',
  'name.symbol': 'Use only letters, spaces, hyphens, periods and apostrophes',
  'name.script': 'Use Latin letters, as on your US documents',
  'name.marks': 'Use at most three accents on a letter',
  'name.invisible': 'Type the name instead of pasting it: it has an invisible character',
  'name.not_a_name': 'Enter only the name, not an e-mail address or a link',
  'email.required': 'Enter your e-mail address',
  'email.too_long': 'Enter an e-mail address with 254 characters or fewer',
  'email.format': 'Enter an e-mail address like name@example.com',
  'phone.required': 'Enter your phone number',
  'phone.too_long': 'Enter one phone number with ten digits, like (415) 555-0132',
  'phone.letters': 'Enter the phone number in digits, like (415) 555-0132',
  'phone.extension': 'Enter a number that can receive text messages; extensions cannot',
  'phone.characters': 'Use only digits, spaces, hyphens and parentheses, like (415) 555-0132',
  'phone.country': 'Enter a US phone number, with +1 or no country code',
  'phone.prefix': 'Enter the number without 0 or 011 in front',
  'phone.length': 'Enter a US phone number with ten digits, like (415) 555-0132',
  'phone.area_code': 'Check the first three digits: they are not a US area code',
  'phone.exchange': 'Check the three digits after the area code',
  'phone.toll_free': 'Enter a number that can receive text messages; toll-free numbers cannot',
  'phone.premium': 'Enter a number that can receive text messages; 900 numbers cannot',
  'address.required': 'Enter your street address',
  'address.too_long': 'Enter an address with 128 characters or fewer',
  'address.po_box': 'Enter the address where you live. A PO box is only for mail',
  'city.required': 'Enter your city',
  'city.too_long': 'Enter a city with 128 characters or fewer',
  'state.required': 'Choose your state',
  'state.unknown': 'Choose a US state from the list',
  'postal_code.required': 'Enter your ZIP code',
  'postal_code.format': 'Enter a ZIP code with five digits, like 94607',
  'postal_code.unused': 'Check the ZIP code: none starts with 000',
  'postal_code.other_state': 'Check the ZIP code and the state: they do not match',
  'date_of_birth.required': 'Enter your date of birth',
  'date_of_birth.format': 'Enter a real date with a four-digit year, like 11 4 1991',
  'date_of_birth.too_early': 'Enter a year of birth after 1899',
  'date_of_birth.future': 'Enter a date of birth in the past',
  'date_of_birth.under_age': 'You are too young to open this. Check the year of birth',
  'ssn.required': 'Enter the last 4 digits of your Social Security number',
  'ssn.format': 'Enter the last 4 digits, like 1234',
  'ssn.whole_number': 'Enter only the last 4 digits, like 1234, not the whole number',
  'ssn.zero': 'Check the last 4 digits: they are never 0000',
  'text.too_long': 'Enter 128 characters or fewer',
  'text.control': 'Type this instead of pasting it: it has an invisible character',
  'field.locked': 'This comes from your account and cannot be changed here',
  'field.not_asked': 'This is not needed',
} as const satisfies Record<FieldCode, string>

const labels = {
  firstName: 'First name',
  lastName: 'Last name',
  preferredFirstName: 'Preferred first name',
  preferredLastName: 'Preferred last name',
  preferredPronouns: 'Pronouns',
  dateOfBirth: 'Date of birth',
  ssnLast4: 'Last 4 digits of your Social Security number',
  email: 'E-mail address',
  phone: 'Phone number',
  address1: 'Street address',
  address2: 'Apartment or unit',
  city: 'City',
  state: 'State',
  postalCode: 'ZIP code',
} as const satisfies Record<ProfileField, string>

const hints = {
  firstName: 'As on your ID',
  lastName: 'As on your ID',
  dateOfBirth: 'For example 11 4 1991',
  ssnLast4: 'Astra checks your identity with it. We do not keep it.',
  phone: 'A US mobile number.',
  address1: 'Where you live. A PO box is only for mail.',
} as const satisfies Partial<Record<ProfileField, string>>

const reasons = {
  dateOfBirth: 'It tells you apart from others of your name and shows your age.',
  ssnLast4:
    'Astra moves the money and has to know who you are. These digits tell you apart from others of your name.',
} as const satisfies Partial<Record<ProfileField, string>>

const invitations = {
  'first-time': {
    title: 'Confirm your phone and allow access',
    text: 'Astra texts you a code, then asks for your permission. It takes about a minute.',
  },
  again: {
    title: 'Confirm once more',
    text: 'Your permission has expired or was not finished. Confirm your phone again to go on.',
  },
  correction: {
    title: 'Correct your details',
    text: 'Something did not match. Astra lets you correct your details once.',
  },
  document: {
    title: 'Send a photo of your ID',
    text: 'Astra needs a driver’s license, passport or state ID.',
  },
  'document-sent': {
    title: 'Your photo ID is being checked',
    text: 'Astra looks at this itself, which takes a day or two. You can close this page and come back tomorrow.',
  },
  card: {
    title: 'Add a debit card',
    text: 'You enter the card with Astra; we never see its number.',
  },
} as const satisfies Record<HostedFlowReason, Passage>

const notices = {
  returned: 'You came back before everything was finished. You can go on.',
  declined: 'You did not give permission. Nothing was changed; you can still do it.',
  expired: 'That took longer than an hour, so it has to be started again.',
  'card-declined': 'Astra did not accept this card. Try another one.',
  'limit-reached': 'Your details were not changed. No more tries are possible.',
} as const satisfies Record<Exclude<OnboardingNotice['name'], 'failed'>, string>

const stopped = {
  rejected: {
    title: 'Your identity could not be confirmed',
    text: 'Astra could not approve your details. You cannot try again here; support can tell you more.',
  },
  suspended: {
    title: 'Your account with Astra is suspended',
    text: 'Support can tell you more.',
  },
  'could-not-finish': {
    title: 'This could not be finished',
    text: 'You came back three times. Support can help you go on.',
  },
} as const satisfies Record<StoppedReason, Passage>

const trouble = {
  'try-again-later': 'This cannot be done just now. Wait a moment, then try again.',
  'start-again': 'That did not work. Start again; nothing was lost.',
  'sign-in-again': 'You are signed out. Sign in again to go on.',
  'check-fields': 'Check the fields that are marked.',
  'contact-support': 'This does not work just now. Contact support.',
  'nothing-to-do': 'This is done already.',
} as const satisfies Record<UserMessage, string>

/** Every sentence that the widget says once it is loaded, in English. */
export const en = {
  fieldErrors,
  missingFirstName: 'Enter your first name',
  missingLastName: 'Enter your last name',
  labels,
  optional: (label: string) => `${label} (optional)`,
  hints: hints as Record<keyof typeof hints, string> & Partial<Record<ProfileField, string>>,
  whyAsked: 'Why do you ask?',
  reasons: reasons as Record<keyof typeof reasons, string> & Partial<Record<ProfileField, string>>,
  invitations,
  notices,
  stopped,
  trouble,
  summaryTitle: 'There is a problem',
  errorPrefix: 'Error:',
  loading: loading.en,
  steps: {
    position: (position: number, count: number) => `Step ${position} of ${count}`,
    intro: {
      title: 'Set up instant transfers',
      text: 'Astra moves the money and has to know who you are. You need:',
      needs: {
        name: 'your name',
        nameAndBirth: 'your name and date of birth',
        ssn: 'the last 4 digits of your Social Security number',
        address: 'your US home address',
        code: 'your phone, for a code',
      },
      duration: 'It takes about two minutes.',
    },
    details: 'Astra moves the money and has to know who you are. It takes about two minutes.',
    about: 'About you',
    contact: 'How to reach you',
    address: 'Your home address',
    review: 'Check your answers',
  },
  reviewText: 'Your details are sent to Astra Financial to check your identity. Turn a VPN off first.',
  privacy: 'Privacy policy',
  terms: 'Terms of service',
  support: 'Contact support',
  ssnEntered: '••••, entered',
  ssnMissing: 'Not entered',
  ssnAgain: 'Enter the last 4 digits of your Social Security number again: they are not kept.',
  lockedHint: 'From your account',
  dateParts: { month: 'Month', day: 'Day', year: 'Year' },
  /** In which dates are written on the review. */
  dateLocale: 'en-US',
  showDigits: 'Show digits',
  didYouMean: (email: string) => `Did you mean ${email}?`,
  chooseState: 'Choose a state',
  change: 'Change',
  continue: 'Continue',
  back: 'Back',
  send: 'Send and continue',
  sending: 'Sending…',
  creationUnknown:
    'We don’t know whether your last try arrived. You can send it once more; only three tries are possible.',
  verifying: {
    title: 'Checking your details',
    paces: {
      seconds: 'This usually takes a few seconds.',
      longer: 'It takes longer than usual. You can close this page and come back later.',
      card: 'Astra is checking your card. This usually takes a few seconds.',
      days: 'Astra looks at this itself, which takes a day or two. You can close this page and come back tomorrow.',
    } satisfies Record<VerifyingPace, string>,
    mayAuthorize: 'Or go on meanwhile:',
  },
  opens: {
    popup: 'Astra opens in a new window.',
    redirect: 'You go to Astra’s page and come back here.',
  } satisfies Record<Presentation, string>,
  opensInApp: 'If that does not work, open this page in your browser.',
  openAstra: 'Continue to Astra',
  sendPhotoAgain: 'Send a photo again',
  opening: 'Opening…',
  popup: {
    title: 'Finish in the other window',
    text: 'Astra is in a new window. This page goes on by itself when you are done there.',
    bringToFront: 'Show the window',
    continueHere: 'Continue here instead',
    startAgain: 'Start again',
  },
  popupClosed: {
    title: 'Is the other window closed?',
    text: 'If it is still open, finish there. If not, start again; nothing was lost.',
  },
  limitReached: {
    title: 'No more tries are possible',
    text: 'Support can help you go on.',
  },
  framed: {
    title: 'Open this in a window of its own',
    text: 'Browsers do not let you sign in to Astra inside another website.',
    open: 'Open in a new tab',
  },
  offlineNotice: 'You are offline. This page goes on by itself when the connection is back.',
  offline: {
    title: 'You are offline',
    text: 'This page goes on by itself when the connection is back.',
  },
  unreachable: 'This does not work just now',
  signedOut: 'You are signed out',
  complete: {
    onboarding: { title: 'All set', text: 'Your identity is confirmed. You can go on.' },
    card: { title: 'Your card is added', text: 'You can use it now.' },
  } satisfies Record<Completion, Passage>,
  correct: 'Correct my details',
  correction: {
    notice: 'Your corrected details take the place of the earlier ones. Only three tries are possible.',
    cancel: 'Change nothing',
  },
  done: 'Done',
  close: 'Close',
  tryAgain: 'Try again',
  reference: (id: string) => `Reference ${id}`,
}

type Wording<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { [K in keyof T]: Wording<T[K]> }

/** The shape of a language: each sentence of the English one, in words of its own. A field may have a hint or none. */
export type Messages = Wording<typeof en>
