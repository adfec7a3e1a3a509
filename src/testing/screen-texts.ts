import type { Messages } from '../react/messages/en.ts'
import type { ScreenName } from '../react/screens.ts'

/** How a screen is recognised: by one of these titles, and by a sentence where several screens have the same. */
interface Signs {
  titles: readonly string[]
  says?: string
}

const PROFILE_PAGES = ({ steps }: Messages) => [
  steps.intro.title,
  steps.about,
  steps.contact,
  steps.address,
  steps.review,
]

/** Every screen of the widget, in the words of a language. */
export const SCREEN_TEXTS = {
  loading: (m) => ({ titles: [], says: m.loading }),
  framed: (m) => ({ titles: [m.framed.title] }),
  offline: (m) => ({ titles: [m.offline.title] }),
  unreachable: (m) => ({ titles: [m.unreachable] }),
  'signed-out': (m) => ({ titles: [m.signedOut] }),
  'profile/first': (m) => ({ titles: PROFILE_PAGES(m) }),
  'profile/unknown-attempt': (m) => ({ titles: PROFILE_PAGES(m), says: m.creationUnknown }),
  'profile/correction': (m) => ({ titles: PROFILE_PAGES(m), says: m.correction.notice }),
  'limit-reached': (m) => ({ titles: [m.limitReached.title] }),
  'verifying/seconds': (m) => ({ titles: [m.verifying.title], says: m.verifying.paces.seconds }),
  'verifying/longer': (m) => ({ titles: [m.verifying.title], says: m.verifying.paces.longer }),
  'verifying/days': (m) => ({ titles: [m.verifying.title], says: m.verifying.paces.days }),
  'verifying/card': (m) => ({ titles: [m.verifying.title], says: m.verifying.paces.card }),
  'invitation/first-time': (m) => ({ titles: [m.invitations['first-time'].title] }),
  'invitation/again': (m) => ({ titles: [m.invitations.again.title] }),
  'invitation/correction': (m) => ({ titles: [m.invitations.correction.title] }),
  'invitation/document': (m) => ({ titles: [m.invitations.document.title] }),
  'invitation/document-sent': (m) => ({ titles: [m.invitations['document-sent'].title] }),
  'invitation/card': (m) => ({ titles: [m.invitations.card.title] }),
  popup: (m) => ({ titles: [m.popup.title] }),
  'popup-closed': (m) => ({ titles: [m.popupClosed.title] }),
  'stopped/rejected': (m) => ({ titles: [m.stopped.rejected.title] }),
  'stopped/suspended': (m) => ({ titles: [m.stopped.suspended.title] }),
  'stopped/could-not-finish': (m) => ({ titles: [m.stopped['could-not-finish'].title] }),
  'complete/onboarding': (m) => ({ titles: [m.complete.onboarding.title] }),
  'complete/card': (m) => ({ titles: [m.complete.card.title] }),
} as const satisfies Record<ScreenName, (messages: Messages) => Signs>
