const WIDTH = 480
const HEIGHT = 760

/**
 * Opens a blank window. Must be the first statement of a click handler: WebKit forgets a click after one second, so
 * the address follows when the proxy has answered. Null: blocked.
 */
export function openBlankPopup(): Window | null {
  const left = Math.max(0, window.screenX + (window.outerWidth - WIDTH) / 2)
  const top = Math.max(0, window.screenY + (window.outerHeight - HEIGHT) / 2)
  const features = `popup,width=${WIDTH},height=${HEIGHT},left=${Math.round(left)},top=${Math.round(top)}`
  // A name that another script could guess would let it take the window over.
  const popup = window.open('', `astra-${crypto.randomUUID()}`, features)
  // In-app browsers answer with the page itself, or with something that is not a window.
  if (!popup || popup === window || typeof popup.closed !== 'boolean' || popup.closed) return null
  return popup
}
