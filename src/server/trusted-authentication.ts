import { isAstraError } from '../core/errors.ts'
import type { AuthorizeSubject } from '../core/hosted-flow.ts'
import type { ProxyContext } from './context.ts'
import type { Customer } from './customer.ts'
import { failureLine } from './failure-log.ts'
import type { Flow, ProvenPhone } from './flow.ts'
import type { Identity } from './options.ts'

/** Astra trusts a sign-in by phone this long. */
const TRUST_MS = 30 * 24 * 60 * 60 * 1000

/** The partner's clock may be ahead of ours by this much. */
const SKEW_MS = 60_000

/** Every reload of the start path needs a token of its own; a loop does not get more. */
const MINTS_PER_FLOW = 3

export function isRecentAuthentication(at: number | null | undefined, now: number): at is number {
  return typeof at === 'number' && at <= now + SKEW_MS && now - at <= TRUST_MS
}

/** Null without a phone: to vouch for one that was only typed would sign in whoever owns it. */
export async function provenPhone(
  context: ProxyContext,
  { phone, lastAuthenticatedAt: at }: Identity,
): Promise<ProvenPhone | null> {
  if (!context.options.trustedAuthentication || !phone || !isRecentAuthentication(at, context.now()))
    return null
  return { hashes: await hashesOf(context, phone), at }
}

/** Whether this start of a flow may carry a session token. */
export function mayMint(context: ProxyContext, { flow, mints, proven }: Flow): boolean {
  return flow === 'authorize' && mints < MINTS_PER_FLOW && isRecentAuthentication(proven?.at, context.now())
}

/**
 * Astra's condition: the phone that was proved is the one it has. For the first User of a business profile the
 * partner's word counts, which has created that profile itself.
 * @param intentPhone the phone of the customer's intent, in E.164
 */
export async function isPhoneAtAstra(
  context: ProxyContext,
  { hashes }: ProvenPhone,
  { user, phoneChanged, businessProfileId }: Customer,
  intentPhone: string | undefined,
): Promise<boolean> {
  if (user) return hashes.includes(user.phoneHash)
  if (businessProfileId !== null) return true
  if (phoneChanged || intentPhone === undefined) return false
  const known = await hashesOf(context, intentPhone)
  return hashes.some((hash) => known.includes(hash))
}

function hashesOf(context: ProxyContext, phone: string): Promise<readonly string[]> {
  return context.keyedHash(`phone/${phone}`)
}

/** A token that lives a minute and works once; null when there is none: then the person gets an SMS code as ever. */
export async function mintSessionToken(
  context: ProxyContext,
  customerId: string,
  subject: AuthorizeSubject,
): Promise<string | null> {
  const { trustedAuthentication } = context.options
  if (!trustedAuthentication || 'none' in subject) return null
  const { provider } = trustedAuthentication
  try {
    const token = await context.astra.mintSessionToken({ subject, provider, customerId })
    context.audit({ event: 'session-token.mint', customer: customerId, outcome: 'minted' })
    return token
  } catch (error) {
    if (!isAstraError(error)) throw error
    context.audit({ event: 'session-token.mint', customer: customerId, outcome: 'failed' })
    const what = 'no session token; the person confirms by SMS'
    context.logger.warn(...failureLine('GET /flows/:id/start', error, what, customerId))
    return null
  }
}
