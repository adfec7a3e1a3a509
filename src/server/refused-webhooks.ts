import { isAstraError } from '../core/errors.ts'
import type { ProxyContext } from './context.ts'
import type { Incoming } from './incoming.ts'
import { warnSparsely } from './sparse-warning.ts'

const NOT_SIGNED =
  'a webhook was refused: its signature does not match. Check ASTRA_CLIENT_SECRET, and ASTRA_PREVIOUS_CLIENT_SECRET after a change'
const SECOND_HAND =
  'a webhook was refused: its body was parsed before it reached the proxy, and a signature counts over the bytes. Mount the proxy before body parsers, or let them keep `rawBody`'

const UNREAD =
  'a webhook was refused before its signature was looked at: it is compressed, larger than 64 KiB, broken off or slow, as the code says. Something in front of the proxy may have made it so'

/** Tells why, for whoever does not listen to audit events; once a minute, with how many there were. */
export function warnOfRefused(context: ProxyContext, { body }: Incoming): void {
  // A web request does not tell who has had it before.
  const notSigned =
    body.isSecondHand === false
      ? NOT_SIGNED
      : `${NOT_SIGNED}, and that nothing parses the body before the proxy`
  warn(context, 'webhook_refused', body.isSecondHand ? SECOND_HAND : notSigned)
}

/** The same of one whose signature was not looked at. */
export function warnOfUnread(context: ProxyContext, error: unknown): void {
  warn(context, isAstraError(error) ? error.code : 'internal', UNREAD)
}

function warn(context: ProxyContext, code: string, what: string): void {
  // Anybody may post there, and Astra repeats for five hours what was refused.
  warnSparsely(context, context.refusedWebhooks, { code, route: 'POST /webhook' }, what)
}
