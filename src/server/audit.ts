import type { AstraLogger, LogFields } from './options.ts'

/** Who did what, and how it ended. Ids, codes and outcomes only. */
export interface AuditEvent {
  event:
    | 'intent.create'
    | 'intent.adopt'
    | 'flow.open'
    | 'flow.finish'
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

/** The members that a log line may have; anything else is dropped, whoever put it in. */
const ALLOWED: Record<keyof LogFields, true> = {
  event: true,
  customer: true,
  outcome: true,
  code: true,
  route: true,
  requestId: true,
  cause: true,
  count: true,
}

/** A logger that lets only the known members through, and of them only short texts and numbers. */
export function allowListed(logger: AstraLogger): Required<AstraLogger> {
  const only = (fields: LogFields): LogFields =>
    Object.fromEntries(
      Object.entries(fields).filter(
        ([name, value]) =>
          Object.hasOwn(ALLOWED, name) &&
          (typeof value === 'number' || (typeof value === 'string' && value.length <= 200)),
      ),
    )
  return {
    info: (fields, message) => logger.info?.(only(fields), message),
    warn: (fields, message) => logger.warn(only(fields), message),
    error: (fields, message) => logger.error(only(fields), message),
  }
}
