/** Where the person's attention is. */
export interface Attention {
  /** They have pressed or typed something in the widget; from then on it may move the focus. */
  act: () => void
  /** Takes the element whose text is read out when it changes. Always there, and empty to React. */
  speaker: (element: HTMLElement | null) => void
  /** Leads them to a screen that has appeared: the focus, or a voice where they are busy with something else. */
  leadTo: (section: HTMLElement | null, heading: HTMLElement | null, title: string) => void
}

/** @param shown the title of the screen before; empty when the widget comes with its page */
export function createAttention(shown: string): Attention {
  let hasActed = false
  let region: HTMLElement | null = null
  return {
    act: () => void (hasActed = true),
    speaker: (element) => void (region = element),
    leadTo: (section, heading, title) => {
      const { activeElement } = document
      // An error summary inside has the focus already, and says more.
      const isHere = section?.contains(activeElement)
      // What had the focus here went with the screen before. A host may catch it in the dialog around.
      const isFree =
        (hasActed && activeElement?.contains(section)) ||
        (section?.closest('dialog') && !activeElement?.matches('input,select,textarea'))
      const isLed = isFree && !isHere
      if (isLed) heading?.focus()
      // What was there when the page was loaded is read with the page; whoever has done something on it is past that.
      const isRead = shown || navigator.userActivation?.hasBeenActive
      // StrictMode comes by twice.
      if (region && shown !== title) region.textContent = isRead && !isLed ? title : ''
      shown = title
    },
  }
}
