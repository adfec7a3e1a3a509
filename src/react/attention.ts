/** Where the person's attention is. */
export interface Attention {
  /** They have pressed or typed something in the widget; from then on it may move the focus. */
  act: () => void
  /** Takes the element whose text is read out when it changes. Always there, and empty to React. */
  speaker: (element: HTMLElement | null) => void
  /** Leads them to a screen that has appeared: the focus, or a voice where they are busy with something else. */
  leadTo: (section: HTMLElement | null, heading: HTMLElement | null, title: string) => void
}

export function createAttention(): Attention {
  let hasActed = false
  let region: HTMLElement | null = null
  let shown = ''
  return {
    act: () => void (hasActed = true),
    speaker: (element) => void (region = element),
    leadTo: (section, heading, title) => {
      const { activeElement, body } = document
      // What had the focus here went with the screen before. An error summary inside has it already, and says more.
      const isHere = section?.contains(activeElement)
      const isFree = (hasActed && activeElement === body) || section?.closest('dialog')
      if (isFree && !isHere) heading?.focus()
      // StrictMode comes by twice; and what was there when the page was loaded is read with the page.
      if (region && shown !== title) region.textContent = isFree || isHere || !shown ? '' : title
      shown = title
    },
  }
}
