import { AstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { TokenSet } from '../core/tokens.ts'
import { withAstraStatus } from './astra-status.ts'
import { isAstrasEnvelope } from './astra-wire.ts'

/**
 * How a token request ended. `dead`: the code or refresh token is not accepted and never will be. `refused-request`: by
 * the standard the error is not about the grant, and Astra may see that otherwise. `status`: of Astra's answer, if any.
 */
export type GrantOutcome =
  | { kind: 'granted'; tokens: TokenSet }
  | { kind: 'dead' | 'refused-client' | 'refused-request'; requestId: string | undefined; status: number }
  /** `isSent`: Astra may have acted on it. */
  | { kind: 'unavailable'; cause: unknown; requestId: string | undefined; isSent: boolean; status?: number }

export type NoGrant = Exclude<GrantOutcome, { kind: 'granted' }>

/** The error that a request without tokens ends in; the log will know what Astra has said. */
export function grantFailed(outcome: NoGrant, code: AstraErrorCode, message?: string): AstraError {
  const { requestId, status } = outcome
  const cause = outcome.kind === 'unavailable' ? outcome.cause : undefined
  return withAstraStatus(new AstraError(code, { requestId, cause, ...(message && { message }) }), status)
}

/** What is wrong with the configuration, or with our request; an authorization is as good as before. @see RFC 6749 §5.2 */
const ABOUT_THE_REQUEST = new Set([
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
])

/**
 * Null where the answer says nothing of the grant: an outage, or a gateway with a page of its own. Any other 400 and
 * 401 of Astra's ends the authorization: Astra documents no error for a dead token, and to wait for one would leave people stuck.
 */
export function refusalOfGrant(
  status: number,
  body: Record<string, unknown> | null,
): 'dead' | 'refused-client' | 'refused-request' | null {
  if (status !== 400 && status !== 401) return null
  const error = typeof body?.['error'] === 'string' ? body['error'] : null
  // Without an OAuth error it is Astra's general answer to wrong credentials.
  if (status === 401 && error === null) return 'refused-client'
  if (body === null || error === 'temporarily_unavailable' || error === 'server_error') return null
  // Of a gateway that says 400 in words of its own nobody may lose an authorization.
  if (error === null) return isAstrasEnvelope(body) ? 'dead' : null
  // Astra has been seen to say "Invalid client_id" and "token authentication required".
  if (/^invalid.client/i.test(error)) return 'refused-client'
  return ABOUT_THE_REQUEST.has(error) || / required$/i.test(error) ? 'refused-request' : 'dead'
}
