import type * as z from 'zod/mini'
import { REQUEST_HEADER } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import type { Configuration } from './configuration.ts'
import type { Incoming } from './incoming.ts'
import { parseJson } from './json.ts'
import { readBytes } from './raw-body.ts'

const LARGEST_BODY = 16 * 1024

/**
 * Refuses a request that another site may have caused: the custom header must be there, and the browser must say
 * that the request comes from this origin or an allowed one.
 * @throws AstraError `cross_site_request`
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function requireAllowedOrigin(request: Request, { allowedOrigins }: Configuration): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const isAllowed = site === 'same-origin' || (origin !== null && allowedOrigins.includes(origin))
  if (!isAllowed || request.headers.get(REQUEST_HEADER) === null) throw new AstraError('cross_site_request')
}

/**
 * The JSON body, checked by its schema.
 * @throws AstraError `body_malformed`, `body_too_large`, `body_too_slow`
 */
export async function readBody<T>(incoming: Incoming, schema: z.ZodMiniType<T>): Promise<T> {
  if (!/^application\/json\s*(;|$)/i.test(incoming.request.headers.get('content-type') ?? '')) {
    throw new AstraError('body_malformed')
  }
  const parsed = schema.safeParse(parseJson(await readBytes(incoming, LARGEST_BODY)))
  if (!parsed.success) throw new AstraError('body_malformed')
  return parsed.data
}

/** Path and search of the address, which `Request` has parsed and written down anew: nothing in it is left to resolve. */
export function targetOf({ url }: Request): { path: string; search: string } {
  const [, path = '', search = ''] = TARGET.exec(url) ?? []
  return { path, search }
}

const TARGET = /^[^/?#]*\/\/[^/?#]*([^?#]*)(\?[^#]*)?/

/** @throws AstraError `body_malformed` */
export function readQuery<T>(search: string, schema: z.ZodMiniType<T>): T {
  const pairs = search === '' ? [] : [...new URLSearchParams(search)]
  const query = Object.fromEntries(pairs)
  const parsed = schema.safeParse(query)
  if (!parsed.success || Object.keys(query).length !== pairs.length) throw new AstraError('body_malformed')
  return parsed.data
}
