import type { Presentation } from '../../core/contract.ts'

/** How the partner wants the hosted module shown. `auto`: a popup where popups are at home, else a redirect. */
export type PresentationChoice = Presentation | 'auto'

/** Browsers inside of other apps, as far as they say so; their windows replace the page or never come back. */
const IN_APP = /\b(FBAN|FBAV|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|LinkedInApp)|; wv\)/

/** Phones, installed apps and browsers inside of other apps have no good popups. */
export function choosePresentation(choice: PresentationChoice): Presentation {
  if (choice !== 'auto') return choice
  const isPhone = matches('(pointer: coarse)') && window.innerWidth < 768
  const isApp = matches('(display-mode: standalone)') || isInsideApp()
  return isPhone || isApp ? 'redirect' : 'popup'
}

/** Whether this is the browser of another app, which may forbid Astra's pages, or people to sign in. */
export function isInsideApp(): boolean {
  return IN_APP.test(navigator.userAgent)
}

function matches(query: string): boolean {
  return typeof window.matchMedia === 'function' && window.matchMedia(query).matches
}
