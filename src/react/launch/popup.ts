const WIDTH = 480
const HEIGHT = 760

/**
 * Opens a blank window. Must be the first statement of a click handler: WebKit forgets a click after one second, so
 * the address follows when the proxy has answered, and this text stands there meanwhile. Null: blocked.
 */
export function openBlankPopup(text: string): Window | null {
  const popup = open()
  // In-app browsers answer with the page itself, or with something that is not a window.
  if (!popup || popup === window || (popup.closed as unknown) !== false) return null
  try {
    popup.document.title = text
    popup.document.body.textContent = text
  } catch {
    // A window that has no page yet stays blank.
  }
  return popup
}

function open(): Window | null {
  // A name that another script could guess would let it take the window over.
  const name = crypto.getRandomValues(new Uint32Array(4)).join('')
  try {
    return window.open('', `astra-${name}`, features())
  } catch {
    return null
  }
}

/** In the middle of this window, but wholly on its screen, which may lie left of or above the first one. */
function features(): string {
  const { availWidth, availHeight } = screen
  // Not in every browser; a screen begins at 0 then.
  const { availLeft = 0, availTop = 0 } = screen as { availLeft?: number; availTop?: number }
  const width = Math.min(WIDTH, availWidth || WIDTH)
  const height = Math.min(HEIGHT, availHeight || HEIGHT)
  const left = within(availLeft, window.screenX + (window.outerWidth - width) / 2, availWidth - width)
  const top = within(availTop, window.screenY + (window.outerHeight - height) / 2, availHeight - height)
  return `popup,width=${width},height=${height},left=${left},top=${top}`
}

function within(start: number, wanted: number, room: number): number {
  return Math.round(Math.max(start, Math.min(wanted, start + Math.max(0, room))))
}
