import type { Configuration } from './configuration.ts'
import type { ProxyContext } from './context.ts'
import { randomToken, sha256 } from './encryption.ts'

/** A browser has one; a few when several windows have opened their first flow at once. More are not looked at. */
const MOST_COOKIES = 8

const BROWSER_COOKIE = /^((?:__Host-)?astra)-[0-9a-f]{8}=([\w-]{43})$/

/** How the name begins of a cookie that binds flows to one browser. It follows the redirect URI, never the request. */
function cookiePrefix({ secureCookies }: Pick<Configuration, 'secureCookies'>): string {
  return secureCookies ? '__Host-astra' : 'astra'
}

/** Every value has a name of its own: of two windows that get their cookies at once, neither takes the other's away. */
export function browserCookieName(
  configuration: Pick<Configuration, 'secureCookies'>,
  value: string,
): string {
  return `${cookiePrefix(configuration)}-${sha256(value).slice(0, 8)}`
}

/** The values of the browser's cookies, the oldest first. */
export function readBrowserCookies(request: Request, configuration: Configuration): readonly string[] {
  const header = request.headers.get('cookie')
  if (header === null) return []
  const prefix = cookiePrefix(configuration)
  const values = header.split(';').flatMap((pair) => {
    const [, name = '', value = ''] = BROWSER_COOKIE.exec(pair.trim()) ?? []
    return name === prefix ? [value] : []
  })
  return [...new Set(values)].slice(0, MOST_COOKIES)
}

/** A new value of 256 random bits. */
export function newBrowserCookie(context: ProxyContext): string {
  return randomToken(context.random, 32)
}

/** `Lax`, not `Strict`: the return from Astra is a navigation from another site and must carry it. */
export function setBrowserCookie(configuration: Configuration, value: string): string {
  const secure = configuration.secureCookies ? '; Secure' : ''
  return `${browserCookieName(configuration, value)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`
}
