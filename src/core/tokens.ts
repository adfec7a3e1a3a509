/** What Astra's token endpoint grants. Lives only on the server, sealed. */
export interface TokenSet {
  accessToken: string
  refreshToken: string
  /** Instant at which the access token stops working, in ms since the epoch. */
  accessExpiresAt: number
  /** Instant of the grant, in ms since the epoch; refresh tokens live ten days from it. */
  obtainedAt: number
}

/** A token that lives less than this many ms longer is treated as expired: it could die on the way to Astra. */
export const EXPIRY_MARGIN_MS = 60_000

/** True when the access token is expired or about to be. `now` in ms since the epoch. */
export function isAccessTokenExpired(tokens: TokenSet, now: number): boolean {
  return now >= tokens.accessExpiresAt - EXPIRY_MARGIN_MS
}
