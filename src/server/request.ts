import type * as z from 'zod/mini'
import { REQUEST_HEADER } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import type { ProxyContext } from './context.ts'
import type { Configuration, Identity } from './options.ts'

const LARGEST_BODY = 16 * 1024

/**
 * Refuses a request that another site may have caused: the custom header must be there, and the browser must say
 * that the request comes from this origin or an allowed one.
 * @throws AstraError `cross_site_request`
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function requireSameSite(request: Request, { allowedOrigins }: Configuration): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const isAllowed = site === 'same-origin' || (origin !== null && allowedOrigins.includes(origin))
  if (!isAllowed || request.headers.get(REQUEST_HEADER) === null) throw new AstraError('cross_site_request')
}

/** @throws AstraError `unauthenticated` */
export async function requireIdentity(context: ProxyContext, request: Request): Promise<Identity> {
  const identity = await identify(context, request)
  if (!identity) throw new AstraError('unauthenticated')
  return identity
}

/** Who is signed in, or null. The partner's function gets method, URL and headers, never the body: that is a profile. */
export async function identify(context: ProxyContext, request: Request): Promise<Identity | null> {
  const { url, method, headers } = request
  const identity = await context.options.identify(new Request(url, { method, headers }))
  if (identity && (typeof identity.id !== 'string' || identity.id === ''))
    throw new AstraError('unauthenticated')
  return identity
}

/**
 * The JSON body, checked by its schema.
 * @throws AstraError `body_malformed`, `body_too_large`
 */
export async function readBody<T>(request: Request, schema: z.ZodMiniType<T>): Promise<T> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new AstraError('body_malformed')
  }
  const parsed = schema.safeParse(parseJson(await readText(request)))
  if (!parsed.success) throw new AstraError('body_malformed')
  return parsed.data
}

/** @throws AstraError `body_malformed` */
export function readQuery<T>(url: URL, schema: z.ZodMiniType<T>): T {
  const names = [...url.searchParams.keys()]
  const parsed = schema.safeParse(Object.fromEntries(url.searchParams))
  if (!parsed.success || new Set(names).size !== names.length) throw new AstraError('body_malformed')
  return parsed.data
}

/** Reads at most 16 KiB, whatever the length header claims. */
async function readText(request: Request): Promise<string> {
  const reader = request.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    length += value.byteLength
    if (length > LARGEST_BODY) {
      await reader.cancel()
      throw new AstraError('body_too_large')
    }
    text += decoder.decode(value, { stream: true })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The cause would carry a piece of the body.
    throw new AstraError('body_malformed')
  }
}
