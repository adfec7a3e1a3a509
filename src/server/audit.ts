import { isAstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { AstraLogger, LogFields } from './options.ts'

/** Who did what, and how it ended. Ids, codes and outcomes only. */
export interface AuditEvent {
  event:
    | 'intent.create'
    | 'intent.adopt'
    | 'flow.open'
    | 'flow.finish'
    | 'session-token.mint'
    | 'card.link'
    | 'tokens.refresh'
    | 'tokens.use'
    | 'webhook.verify'
    | 'customer.lookup'
    | 'customer.import'
    | 'customer.forget'
    | 'customer.retry'
    | 'request.refuse'
  /** The partner's id of the customer; null where nobody is known. */
  customer: string | null
  outcome: string
}

/** Refusals that a genuine person hardly ever meets, and somebody who is searching for something meets in numbers. */
const TELLING = new Set<AstraErrorCode>([
  'cross_site_request',
  'too_many_requests',
  'intent_limit_reached',
  'flow_not_found',
  'return_malformed',
  'return_to_refused',
])

export function auditRefusal(
  { audit }: { audit: (event: AuditEvent) => void },
  customer: string | null,
  error: unknown,
): void {
  if (isAstraError(error) && TELLING.has(error.code))
    audit({ event: 'request.refuse', customer, outcome: error.code })
}

/** The members that a log line may have; anything else is dropped, whoever put it in. */
const ALLOWED: Record<keyof LogFields, true> = {
  event: true,
  customer: true,
  outcome: true,
  code: true,
  route: true,
  requestId: true,
  cause: true,
  astraStatus: true,
  count: true,
}

/**
 * A logger that lets only the known members through, and of them only short texts and numbers. One that throws is
 * silent, at once or later: what is logged has happened, and a full disk must neither undo it nor end the process.
 */
export function allowListed(logger: AstraLogger): Record<keyof AstraLogger, AstraLogger['warn']> {
  const only = (fields: LogFields): LogFields =>
    Object.fromEntries(
      Object.entries(fields).filter(
        ([name, value]) =>
          Object.hasOwn(ALLOWED, name) &&
          (typeof value === 'number' || (typeof value === 'string' && value.length <= 200)),
      ),
    )
  const quietly = async (log: () => unknown) => {
    try {
      await log()
    } catch {}
  }
  return {
    info: (fields, message) => void quietly(() => logger.info?.(only(fields), message)),
    warn: (fields, message) => void quietly(() => logger.warn(only(fields), message)),
    error: (fields, message) => void quietly(() => logger.error(only(fields), message)),
  }
}
