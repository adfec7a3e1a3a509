import { explanationOf, isAstraError } from '../core/errors.ts'
import type { LogFields } from './options.ts'

/**
 * What the log tells of a failure: codes and the route, and our own words, which hold nothing of a person. Anything
 * else that was thrown is named by its class: its message might quote what somebody typed.
 */
export function failureLine(route: string, error: unknown, what: string): [LogFields, string] {
  const known = isAstraError(error) ? error : null
  const cause = nameOf(known ? known.cause : error)
  const fields = { code: known?.code ?? 'internal', route, requestId: known?.requestId, cause }
  const explanation = known && explanationOf(known)
  // One line, whoever has made the error.
  return [fields, explanation ? `${what}: ${explanation.replaceAll(/\p{Cc}+/gu, ' ')}` : what]
}

/** Our own storages quote nothing; what others throw might. */
function nameOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined
  if (!(cause instanceof Error)) return typeof cause
  return cause.message.startsWith('[astra] ') ? cause.message.slice(0, 200) : cause.name
}
