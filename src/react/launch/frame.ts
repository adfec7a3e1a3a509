/**
 * Whether this page is shown inside a page of another site. Browsers send no cookies there, so nothing of the
 * onboarding would hold. Two hosts are of one site when their last two labels are equal; for the rare site that shares
 * more than that with others, the answer is "no".
 */
export function isInCrossSiteFrame(): boolean {
  if (window.top === window.self) return false
  const own = siteOf(window.location.href)
  // Firefox has no `ancestorOrigins`.
  const { ancestorOrigins } = window.location as { ancestorOrigins?: DOMStringList }
  if (ancestorOrigins) return [...ancestorOrigins].some((origin) => siteOf(origin) !== own)
  try {
    return !window.top?.location.host
  } catch {
    return siteOf(document.referrer) !== own
  }
}

function siteOf(address: string): string | null {
  try {
    const { protocol, hostname } = new URL(address)
    const isNumeric = /^\[|^[\d.]+$/.test(hostname)
    return `${protocol}//${isNumeric ? hostname : hostname.split('.').slice(-2).join('.')}`
  } catch {
    // A page that says nothing of where it came from.
    return null
  }
}
