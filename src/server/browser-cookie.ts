import type { Configuration } from './configuration.ts'
import type { ProxyContext } from './context.ts'
import { randomToken } from './encryption.ts'

/** The cookie that binds a flow to one browser. Its name follows the redirect URI, never the request. */
function cookieName({ secureCookies }: Configuration): string {
  return secureCookies ? '__Host-astra' : 'astra'
}

/** The cookie's value, or null. */
export function readBrowserCookie(request: Request, configuration: Configuration): string | null {
  const prefix = `${cookieName(configuration)}=`
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  const value = pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length)
  return value && /^[\w-]{43}$/.test(value) ? value : null
}

/** A new value of 256 random bits. */
export function newBrowserCookie(context: ProxyContext): string {
  return randomToken(context.random, 32)
}

/** `Lax`, not `Strict`: the return from Astra is a navigation from another site and must carry it. */
export function setBrowserCookie(configuration: Configuration, value: string): string {
  const secure = configuration.secureCookies ? '; Secure' : ''
  return `${cookieName(configuration)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`
}
