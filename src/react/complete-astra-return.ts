'use client'
import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import { takeReturn } from './launch/complete-return.ts'
import { createProxyClient } from './proxy-client.ts'

/** Options of {@link completeAstraReturn}; the same values as on the widget. */
export interface CompleteAstraReturnOptions {
  basePath?: string | undefined
  headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  credentials?: RequestCredentials | undefined
}

/**
 * For a redirect URI that is a page of the partner's own, without the widget on it: takes Astra's parameters out of
 * the address, hands them to the proxy, closes a popup, or goes back to the page where the person started.
 * Does nothing on any other page. While the proxy cannot be reached it tries again for about a minute, at once when the
 * connection is back; the code stays in memory meanwhile. When it rejects, nobody has been led anywhere: say so, and
 * lead the person back to where the widget is, which knows what to do next.
 *
 * @throws ProxyError when the proxy refuses the return, for example `flow_not_found` in another browser than the one
 * that started it, or could not be reached for about a minute
 * @example
 * useEffect(() => {
 *   completeAstraReturn().catch(() => setFailed(true))
 * }, [])
 */
export async function completeAstraReturn(options: CompleteAstraReturnOptions = {}): Promise<void> {
  const { basePath = DEFAULT_BASE_PATH, headers, credentials = 'same-origin' } = options
  const pending = takeReturn(null)
  const client = createProxyClient({ basePath, headers, credentials })
  if (!pending) return
  let isLate = false
  const timer = setTimeout(() => (isLate = true), PATIENCE_MS)
  try {
    for (;;) {
      const end = await pending.complete(client).catch((error: unknown) => {
        if (isLate) throw error
      })
      if (end?.kind === 'refused') throw end.error
      if (end) return
      await onlineOrLater()
    }
  } finally {
    clearTimeout(timer)
  }
}

const PATIENCE_MS = 60_000
const PAUSE_MS = 5_000

function onlineOrLater(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener('online', () => resolve(), { once: true })
    setTimeout(resolve, PAUSE_MS)
  })
}
