/** The cookies that a browser has of one origin. */
export interface CookieJar {
  /** As a request carries them. */
  header(): string
  /** Sends a request with these headers and the cookies, and keeps the cookies that come back. */
  send(
    request: Request,
    headers: Record<string, string>,
    fetch: (request: Request) => Promise<Response>,
  ): Promise<Response>
  clear(): void
}

/**
 * @param remembered cookies from an earlier visit. In a service worker no script sees `Set-Cookie`; whoever has the
 *   proxy's cookie already needs no new one.
 */
export function createCookieJar(remembered: Record<string, string> = {}): CookieJar {
  const cookies = new Map(Object.entries(remembered))
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    header,
    send: async (request, more, fetch) => {
      const headers = new Headers(request.headers)
      for (const [name, value] of Object.entries(more)) headers.set(name, value)
      if (cookies.size > 0) headers.set('cookie', header())
      // A browser takes some of these out of a request that a script makes, but not out of plain headers.
      const response = await fetch(Object.defineProperty(request, 'headers', { value: headers }))
      for (const line of response.headers.getSetCookie()) {
        const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
        if (/;\s*max-age=0\b/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return response
    },
    clear: () => {
      cookies.clear()
      for (const [name, value] of Object.entries(remembered)) cookies.set(name, value)
    },
  }
}
