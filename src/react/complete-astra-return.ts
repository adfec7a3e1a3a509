'use client'
import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import { takeReturn } from './launch/complete-return.ts'
import { createProxyClient } from './proxy-client.ts'

/** Options of {@link completeAstraReturn}; the same values as on the widget. */
export interface CompleteAstraReturnOptions {
  basePath?: string
  headers?: () => Record<string, string> | Promise<Record<string, string>>
  credentials?: RequestCredentials
}

/**
 * For a redirect URI that is a page of the partner's own, without the widget on it: takes Astra's parameters out of
 * the address, hands them to the proxy, closes a popup, or goes back to the page where the person started.
 * Does nothing on any other page.
 *
 * @throws ProxyError when the proxy cannot be reached
 * @example
 * useEffect(() => void completeAstraReturn(), [])
 */
export async function completeAstraReturn(options: CompleteAstraReturnOptions = {}): Promise<void> {
  const { basePath = DEFAULT_BASE_PATH, headers, credentials = 'same-origin' } = options
  await takeReturn()?.complete(createProxyClient({ basePath, headers, credentials }))
}
