import { isAstraError, AstraError } from '../core/errors.ts'
import type { ErrorAnswer } from '../core/contract.ts'

/**
 * What is answered. Not a `Response`: to make one of a text costs more than everything that led to it, and
 * `toNodeHandler` would only take it apart again.
 */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** Null for none. */
  body: string | null
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}

const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  // These answers load nothing and may not be framed.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** A JSON answer for the widget. */
export function answerJson(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Answer {
  const headers = { ...PRIVATE_HEADERS, 'content-type': 'application/json', ...init.headers }
  return { status: init.status ?? 200, headers, body: JSON.stringify(body) }
}

/** A JSON answer with an ETag, or 304 when the widget has it already. `no-store` keeps it out of the browser's cache. */
export function answerTagged(request: Request, body: unknown): Answer {
  const answer = answerJson(body)
  const etag = `"${fingerprint(answer.body ?? '')}"`
  if (request.headers.get('if-none-match') === etag) {
    return { status: 304, headers: { ...PRIVATE_HEADERS, etag }, body: null }
  }
  answer.headers['etag'] = etag
  return answer
}

/** Tells successive answers to one person apart, none of it chosen by anybody else: 64 bits without cryptography will do. */
function fingerprint(text: string): string {
  let one = 0x811c_9dc5
  let other = 0x41c6_ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, 0x9e37_79b1)
    other = Math.imul(other ^ unit, 0x5f35_6495)
  }
  // The upper bits have seen every unit, the lower ones have not.
  return [one ^ (one >>> 16), other ^ (other >>> 16)].map((half) => (half >>> 0).toString(16)).join('-')
}

/** The one way in which a failure leaves: known codes as they are, everything else as a bare 500. */
export function answerError(error: unknown): Answer {
  const known = isAstraError(error) ? error : new AstraError('internal')
  const body: ErrorAnswer = { error: known.toJSON() }
  const { status, retryAfterSeconds } = known
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return answerJson(body, { status, headers })
}

/** A page of our own: no script but the given one, no style but the given one, nothing framed. */
export async function answerPage(parts: PageParts, status = 200): Promise<Answer> {
  const { title, body, script = '' } = parts
  const document = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main>${body}</main>${script && `<script>${script}</script>`}</body></html>`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${await base64Hash(STYLE)}'`,
    script ? `script-src 'sha256-${await base64Hash(script)}'` : '',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    status,
    headers: {
      ...PRIVATE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.filter(Boolean).join('; '),
      // Any other value would cut the popup off from the page that opened it.
      'cross-origin-opener-policy': 'unsafe-none',
    },
    body: document,
  }
}

/** Fixed text only: nothing of a request may be put in here. */
interface PageParts {
  title: string
  body: string
  script?: string
}

const STYLE =
  ':root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui,sans-serif}main{max-width:32rem;margin:20vh auto 0;padding:0 1.5rem;text-align:center}h1{font-size:1.25rem}a{color:inherit}'

async function base64Hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
