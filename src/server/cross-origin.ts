import { REQUEST_HEADER } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import type { Configuration } from './configuration.ts'

/** What a page of another origin may send. `authorization`: the partner's cookies do not travel between sites. */
const ALLOWED_HEADERS = ['authorization', 'content-type', 'if-none-match', REQUEST_HEADER].join(', ')
const EXPOSED_HEADERS = 'etag, retry-after'

/** In seconds: the longest that Chromium remembers a preflight. */
const PREFLIGHT_AGE = 7200

/**
 * The answer to a browser that asks whether a page of another origin may call a route.
 * @param methods the methods that the route has
 * @throws AstraError `cross_site_request` when the origin is not in `allowedOrigins`
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function answerPreflight(
  request: Request,
  configuration: Configuration,
  methods: readonly string[],
): Answer {
  if (!allowedOrigin(request, configuration)) throw new AstraError('cross_site_request')
  const headers = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(PREFLIGHT_AGE),
  }
  return { status: 204, headers, body: null }
}

/** Whether a browser asks before it sends the request itself. */
export function isPreflight(request: Request): boolean {
  return request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
}

/** Lets a page of an allowed origin read an answer, refusals included; for any other the answer stays closed. */
export function openToOrigin(answer: Answer, request: Request, configuration: Configuration): Answer {
  const origin = allowedOrigin(request, configuration)
  const { headers } = answer
  headers['vary'] = 'Origin'
  if (origin === null) return answer
  headers['access-control-allow-origin'] = origin
  headers['access-control-allow-credentials'] = 'true'
  headers['access-control-expose-headers'] = EXPOSED_HEADERS
  return answer
}

/** The entry of the list that is the request's origin, letter by letter. Pages without an origin say `null`. */
function allowedOrigin(request: Request, { allowedOrigins }: Configuration): string | null {
  const origin = request.headers.get('origin')
  return allowedOrigins.find((allowed) => allowed === origin) ?? null
}
