import type { Presentation } from '../../core/contract.ts'

/** How the partner wants the hosted module shown. `auto`: a popup where popups are at home, else a redirect. */
export type PresentationChoice = Presentation | 'auto'

/** Phones and installed apps have no good popups. */
export function choosePresentation(choice: PresentationChoice): Presentation {
  if (choice !== 'auto') return choice
  const isPhone = matches('(pointer: coarse)') && window.innerWidth < 768
  return isPhone || matches('(display-mode: standalone)') ? 'redirect' : 'popup'
}

function matches(query: string): boolean {
  return typeof window.matchMedia === 'function' && window.matchMedia(query).matches
}
