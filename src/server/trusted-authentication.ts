import { isAstraError } from '../core/errors.ts'
import type { AuthorizeSubject } from '../core/hosted-flow.ts'
import type { ProxyContext } from './context.ts'
import type { Flow } from './flow.ts'

/** Astra trusts a sign-in by phone this long. */
const TRUST_MS = 30 * 24 * 60 * 60 * 1000

/** The partner's clock may be ahead of ours by this much. */
const SKEW_MS = 60_000

/** Every reload of the start path needs a token of its own; a loop does not get more. */
const MINTS_PER_FLOW = 3

export function isRecentAuthentication(at: number | null | undefined, now: number): at is number {
  return typeof at === 'number' && at <= now + SKEW_MS && now - at <= TRUST_MS
}

/** Whether this start of a flow may carry a session token. */
export function mayMint(context: ProxyContext, flow: Flow): boolean {
  return (
    context.options.trustedAuthentication !== undefined &&
    flow.flow === 'authorize' &&
    flow.mints < MINTS_PER_FLOW &&
    isRecentAuthentication(flow.lastAuthenticatedAt, context.now())
  )
}

/** A token that lives a minute and works once; null when there is none: then the person gets an SMS code as ever. */
export async function mintSessionToken(
  context: ProxyContext,
  customerId: string,
  subject: AuthorizeSubject,
): Promise<string | null> {
  const { trustedAuthentication } = context.options
  if (!trustedAuthentication || 'none' in subject) return null
  try {
    return await context.astra.mintSessionToken({
      subject,
      provider: trustedAuthentication.provider,
      customerId,
    })
  } catch (error) {
    if (!isAstraError(error)) throw error
    context.logger.warn(
      { code: error.code, route: 'start', requestId: error.requestId },
      'no session token; the person confirms by SMS',
    )
    return null
  }
}
