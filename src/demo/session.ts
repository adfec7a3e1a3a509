const COOKIE = 'fernhill'

/** The bank's idea of a session: a cookie with the customer's id. A real bank signs in and signs its cookie. */
export function customerOf(cookies: string | null): string | null {
  return new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookies ?? '')?.[1] ?? null
}

export function sessionCookie(customerId: string): string {
  return `${COOKIE}=${customerId}; Path=/; HttpOnly; SameSite=Lax`
}
