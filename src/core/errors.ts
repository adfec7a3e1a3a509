import type { FieldCode } from './field-codes.ts'

/** What the person at the screen is told; the sentence lives in the language files. */
export type UserMessage =
  'try-again-later' | 'start-again' | 'sign-in-again' | 'check-fields' | 'contact-support' | 'nothing-to-do'

interface ErrorRow {
  /** HTTP status of the answer. */
  status: number
  /** For engineers: what happened, where, what to do. */
  message: string
  userMessage: UserMessage
  /** True when the same call may succeed later without a change. */
  retryable: boolean
}

const ERRORS = {
  configuration_invalid: {
    status: 500,
    message: 'createAstraProxy: something is configured wrongly; the log says what, and the cure.',
    userMessage: 'contact-support',
    retryable: false,
  },
  unauthenticated: {
    status: 401,
    message: 'No signed-in customer. Return { id } from the `identify` option of createAstraProxy.',
    userMessage: 'sign-in-again',
    retryable: false,
  },
  cross_site_request: {
    status: 403,
    message:
      'The request did not come from an allowed origin. Call the proxy from the same origin over https or localhost, or add the origin to `allowedOrigins`.',
    userMessage: 'contact-support',
    retryable: false,
  },
  route_not_found: {
    status: 404,
    message:
      'The proxy has no such route. Check that `basePath` is the same in createAstraProxy and in the widget.',
    userMessage: 'contact-support',
    retryable: false,
  },
  method_not_allowed: {
    status: 405,
    message: 'The route exists, but not with this method.',
    userMessage: 'contact-support',
    retryable: false,
  },
  body_too_large: {
    status: 413,
    message: 'The request body is larger than 16 KiB, or a webhook larger than 64 KiB.',
    userMessage: 'contact-support',
    retryable: false,
  },
  body_too_slow: {
    status: 408,
    message: 'The request body did not arrive within ten seconds.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  body_malformed: {
    status: 400,
    message:
      'The request body is not the JSON object that this route expects, or has a member it does not know.',
    userMessage: 'contact-support',
    retryable: false,
  },
  profile_invalid: {
    status: 422,
    message: 'The profile did not pass validation. `fields` maps each field to its code.',
    userMessage: 'check-fields',
    retryable: false,
  },
  client_ip_unconfigured: {
    status: 500,
    message:
      "The device's IP address is unknown. Mount the proxy with toNodeHandler(proxy.fetch), behind your own proxies set `trustedHops`, or give createAstraProxy `clientIp: (request) => …`.",
    userMessage: 'contact-support',
    retryable: false,
  },
  metadata_invalid: {
    status: 500,
    message:
      'The `metadata` option returned something that Astra refuses: at most 24 keys of 1–64 characters out of a-z A-Z 0-9 _ . -, with texts of 1–256 characters.',
    userMessage: 'contact-support',
    retryable: false,
  },
  intent_exists: {
    status: 409,
    message: 'This customer has a user intent already. Read the status and follow its step.',
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  intent_refused: {
    status: 403,
    message: 'Astra does not permit a person with this e-mail and phone on its platform.',
    userMessage: 'contact-support',
    retryable: false,
  },
  intent_rejected_by_astra: {
    status: 422,
    message:
      'Astra refused the user intent as invalid although it passed our validation. The log has its request id.',
    userMessage: 'contact-support',
    retryable: false,
  },
  intent_limit_reached: {
    status: 409,
    message:
      'As many user intents were created as Astra allows for an e-mail address, or `limits` for a person; a failed one counts for a day. Nothing was sent; a person at support has to look.',
    userMessage: 'contact-support',
    retryable: false,
  },
  business_has_no_profile: {
    status: 409,
    message:
      'A business customer has no personal profile: `identify` gives a `businessProfileId`. Open a flow instead.',
    userMessage: 'start-again',
    retryable: false,
  },
  webhook_refused: {
    status: 401,
    message:
      'The signature of a webhook is not one of ours. Check ASTRA_CLIENT_SECRET, ASTRA_PREVIOUS_CLIENT_SECRET, and that nothing parses the body before the proxy.',
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  bearer_refused: {
    status: 401,
    message: 'The bearer token of `GET customers/:id` is missing or wrong.',
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  customer_exists: {
    status: 409,
    message:
      'proxy.import: this customer is known already. Call proxy.forget first, or leave them as they are.',
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  customer_import_refused: {
    status: 422,
    message:
      'proxy.import: Astra does not accept the refresh token, or nothing was given. The customer can authorize again instead.',
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  intent_outcome_unknown: {
    status: 502,
    message:
      'Astra did not answer the creation of the user intent. It may exist; nothing is sent again unless the person asks for it.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  flow_not_needed: {
    status: 409,
    message: "The customer's next step is not a hosted flow. Read the status and follow its step.",
    userMessage: 'nothing-to-do',
    retryable: false,
  },
  flow_not_found: {
    status: 404,
    message: 'No such hosted flow belongs to this browser and customer, or it has expired. Open a new one.',
    userMessage: 'start-again',
    retryable: false,
  },
  flow_closed: {
    status: 409,
    message: 'This hosted flow is finished. Open a new one.',
    userMessage: 'start-again',
    retryable: false,
  },
  return_malformed: {
    status: 400,
    message:
      'The return from Astra has a parameter twice, or two different codes. Nothing was exchanged; start again.',
    userMessage: 'start-again',
    retryable: false,
  },
  return_to_refused: {
    status: 400,
    message: '`returnTo` is not an absolute URL on an allowed origin. Add its origin to `allowedOrigins`.',
    userMessage: 'contact-support',
    retryable: false,
  },
  code_refused: {
    status: 409,
    message: 'Astra refused the authorization code: expired or used before. The person has to consent again.',
    userMessage: 'start-again',
    retryable: false,
  },
  exchange_outcome_unknown: {
    status: 502,
    message: 'The code exchange did not finish. A code is never sent twice; the person has to consent again.',
    userMessage: 'start-again',
    retryable: false,
  },
  identity_mismatch: {
    status: 409,
    message:
      'The authorization belongs to another Astra user than this customer. The tokens were dropped. Usually the phone already belongs to somebody else.',
    userMessage: 'contact-support',
    retryable: false,
  },
  reauthorization_required: {
    status: 409,
    message:
      'There is no authorization that works: the customer has not given one yet, or it has ended. Render AstraOnboarding so that the person can authorize.',
    userMessage: 'start-again',
    retryable: false,
  },
  astra_unavailable: {
    status: 503,
    message: 'Astra did not answer, or answered with an error. Nothing was changed; try again.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  astra_refused_client: {
    status: 502,
    message:
      'Astra does not accept the client credentials. Check ASTRA_CLIENT_ID, ASTRA_CLIENT_SECRET and ASTRA_ENVIRONMENT. Tokens were kept.',
    userMessage: 'contact-support',
    retryable: false,
  },
  astra_unexpected: {
    status: 502,
    message: 'Astra answered something this version does not understand. The log has its request id.',
    userMessage: 'contact-support',
    retryable: false,
  },
  too_many_requests: {
    status: 429,
    message:
      'Too many of these requests were made for this customer, person or network. `retryAfterSeconds` says how long to wait.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  token_unreadable: {
    status: 500,
    message: 'A stored token cannot be opened. ASTRA_ENCRYPTION_KEYS misses the key that sealed it.',
    userMessage: 'contact-support',
    retryable: false,
  },
  storage_unavailable: {
    status: 503,
    message:
      'The storage of the proxy has failed: down, locked, full, or too slow. The log has the cause; nothing was sent to Astra that is not written down.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  storage_conflict: {
    status: 503,
    message: 'The record changed again and again while it was being written. Nothing was changed; try again.',
    userMessage: 'try-again-later',
    retryable: true,
  },
  internal: {
    status: 500,
    message: 'The proxy failed. The log has the cause.',
    userMessage: 'try-again-later',
    retryable: true,
  },
} as const satisfies Record<string, ErrorRow>

/** The closed list of error codes; each has a row in the README. */
export type AstraErrorCode = keyof typeof ERRORS

/** What these errors explain is about the partner's backend: for its log, not for the tools of anybody's browser. */
const EXPLAINED_TO_THE_LOG = new Set<AstraErrorCode>([
  'configuration_invalid',
  'metadata_invalid',
  'astra_refused_client',
  'astra_unexpected',
  'internal',
])

/** Field name to field code, like `{ phone: 'phone.toll_free' }`. */
export type FieldErrors = Record<string, FieldCode>

/** All codes, for tables and tests. */
export const ASTRA_ERROR_CODES = Object.keys(ERRORS) as AstraErrorCode[]

/** What of an error may reach the browser. */
export interface AstraErrorBody {
  code: AstraErrorCode
  message: string
  userMessage: UserMessage
  retryable: boolean
  docsUrl: string
  fields?: FieldErrors
  /** How long to wait before the same call is accepted. */
  retryAfterSeconds?: number
}

/**
 * The one error class of this package. `code` is stable; `message` is for engineers and never holds personal data.
 *
 * @example
 * try { await proxy.getAccessToken(customerId) }
 * catch (error) { if (isAstraError(error, 'reauthorization_required')) showOnboarding() }
 */
export class AstraError extends Error {
  override readonly name = 'AstraError'
  readonly code: AstraErrorCode
  readonly status: number
  readonly userMessage: UserMessage
  readonly retryable: boolean
  readonly docsUrl: string
  declare readonly fields?: FieldErrors
  declare readonly retryAfterSeconds?: number
  /** Astra's `request-id`, for the log and for Astra's support. Not enumerable, so that it does not spill. */
  declare readonly requestId?: string

  constructor(
    code: AstraErrorCode,
    details: {
      message?: string
      fields?: FieldErrors
      retryAfterSeconds?: number
      requestId?: string | undefined
      cause?: unknown
    } = {},
  ) {
    const row: ErrorRow = ERRORS[code]
    super(
      MARK + (details.message ?? row.message),
      details.cause === undefined ? {} : { cause: details.cause },
    )
    this.code = code
    this.status = row.status
    this.userMessage = row.userMessage
    this.retryable = row.retryable
    this.docsUrl = docsUrl(code)
    if (details.fields) this.fields = details.fields
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds
    if (details.requestId) Object.defineProperty(this, 'requestId', { value: details.requestId })
  }

  /** The part that may reach the browser. */
  toJSON(): AstraErrorBody {
    const { code, message, userMessage, retryable, docsUrl, fields, retryAfterSeconds } = this
    return {
      code,
      message: EXPLAINED_TO_THE_LOG.has(code) ? MARK + ERRORS[code].message : message,
      userMessage,
      retryable,
      docsUrl,
      ...(fields && { fields }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    }
  }
}

/** True for an {@link AstraError}, also one from a second copy of this package; with `code`, only for that code. */
export function isAstraError(error: unknown, code?: AstraErrorCode): error is AstraError {
  if (!(error instanceof Error) || error.name !== 'AstraError') return false
  const { code: own, message, toJSON } = error as Partial<AstraError> & Error
  // Partners may have a class of that name for Astra's API, whose messages may hold anything.
  const isOurs = Object.hasOwn(ERRORS, own ?? '') && message.startsWith(MARK) && typeof toJSON === 'function'
  return isOurs && (code === undefined || own === code)
}

/** What an error says in place of its code's general sentence; null when it says that. */
export function explanationOf({ code, message }: AstraError): string | null {
  const own = message.slice(MARK.length)
  return own === ERRORS[code].message ? null : own
}

const MARK = '[astra] '

function docsUrl(code: AstraErrorCode): string {
  return `https://www.npmjs.com/package/astra-onboarding#${code}`
}
