import { explanationOf, isAstraError } from '../core/errors.ts'
import type { AstraError, AstraErrorCode } from '../core/errors.ts'
import { astraStatusOf } from './astra-status.ts'
import type { LogFields } from './options.ts'

/**
 * What the log tells of a failure: codes and the route, and our own words, which hold nothing of a person. Anything
 * else that was thrown is named by its class and code: its message might quote what somebody typed.
 *
 * @param customer the partner's id, where it is known whom the failure has met
 */
export function failureLine(
  route: string,
  error: unknown,
  what: string,
  customer?: string,
): [LogFields, string] {
  const known = isAstraError(error) ? error : null
  const fields = {
    code: known?.code ?? 'internal',
    route,
    customer,
    requestId: known?.requestId,
    astraStatus: known ? astraStatusOf(known) : undefined,
    cause: causeOf(known ? known.cause : error),
  }
  const sentence = known && (FOR_THE_OPERATOR.has(known.code) ? ownWords(known) : explanationOf(known))
  return [fields, sentence ? `${what}: ${inOneLine(sentence)}` : what]
}

/** What does not pass by itself: whoever is called at night needs the cure, and does not see the answer that has it. */
const FOR_THE_OPERATOR = new Set<AstraErrorCode>([
  'astra_refused_client',
  'token_unreadable',
  'client_ip_unconfigured',
  'metadata_invalid',
])

/** The same as one text, for a console. */
export function failureText(error: unknown): string {
  if (!isAstraError(error)) return causeOf(error) ?? 'undefined'
  const cause = causeOf(error.cause)
  return `${error.code}: ${inOneLine(ownWords(error))}${cause === undefined ? '' : ` (${cause})`}`
}

const MARK = '[astra] '

function ownWords({ message }: AstraError): string {
  return message.slice(MARK.length)
}

/** Control characters would break the line, and a class of anybody's may have made the error. */
function inOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}

/** `allowListed` drops longer texts. */
const LONGEST = 200

/**
 * What was thrown, by its class, and by the code of whatever was behind it: every lost connection is a `TypeError` to
 * `fetch`, and every failure of a database an `error`. Our own storages quote nothing; what others say might.
 */
export function causeOf(thrown: unknown): string | undefined {
  if (thrown === undefined) return undefined
  const code = codeBehind(thrown)
  const said = thrown instanceof Error ? nameOf(thrown) : typeof thrown
  if (code === null || said.includes(code)) return said.slice(0, LONGEST)
  return `${said.slice(0, LONGEST - code.length - 1)} ${code}`
}

/** In classes of others both may be of any type, and to report a failure must not fail. */
function nameOf({ name, message }: { name: unknown; message: unknown }): string {
  if (typeof message === 'string' && message.startsWith(MARK)) return message
  return typeof name === 'string' ? name : 'Error'
}

/**
 * Of the operating system, TLS, undici, SQLite and the like; or an SQLSTATE. Numbers of another length are nobody's
 * codes and may be somebody's digits.
 */
const CODE = /^(?:[A-Z][A-Z0-9_]{2,39}|[A-Z0-9]{5})$/

/** Deeper causes help nobody, and a chain may be circular. */
const LONGEST_CHAIN = 8

function codeBehind(thrown: unknown): string | null {
  let link = thrown
  for (let depth = 0; depth < LONGEST_CHAIN && link instanceof Error; depth++) {
    const { code } = link as { code?: unknown }
    if (typeof code === 'string' && CODE.test(code)) return code
    link = link.cause
  }
  return null
}
