import { isAstraError, AstraError } from '../core/errors.ts'
import type { ErrorAnswer } from '../core/contract.ts'
import { sha256 } from './encryption.ts'

/** Where `toNodeHandler` finds the body of a `Response` without reading a stream; half of what an answer costs. */
const BODY_TEXT = Symbol.for('astra-onboarding/body-text')

const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  // Nothing that is opened on its own, and nobody's frame.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** A JSON answer for the widget. */
export function answerJson(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const text = JSON.stringify(body)
  const headers = { ...PRIVATE_HEADERS, 'content-type': 'application/json', ...init.headers }
  return Object.assign(new Response(text, { status: init.status ?? 200, headers }), { [BODY_TEXT]: text })
}

/** A JSON answer with an ETag, or 304 when the widget has it already. `no-store` keeps it out of the browser's cache. */
export async function answerTagged(request: Request, body: unknown): Promise<Response> {
  const etag = `"${(await sha256(JSON.stringify(body))).slice(0, 32)}"`
  if (request.headers.get('if-none-match') === etag) {
    return new Response(null, { status: 304, headers: { ...PRIVATE_HEADERS, etag } })
  }
  return answerJson(body, { headers: { etag } })
}

/** The one way in which a failure leaves: known codes as they are, everything else as a bare 500. */
export function answerError(error: unknown): Response {
  const known = isAstraError(error) ? error : new AstraError('internal')
  const body: ErrorAnswer = { error: known.toJSON() }
  const { status, retryAfterSeconds } = known
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  return answerJson(body, { status, headers })
}

/** A page of our own: no script but the given one, no style but the given one, nothing framed. */
export async function answerPage(parts: PageParts, status = 200): Promise<Response> {
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
  return new Response(document, {
    status,
    headers: {
      ...PRIVATE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.filter(Boolean).join('; '),
      // Any other value would cut the popup off from the page that opened it.
      'cross-origin-opener-policy': 'unsafe-none',
    },
  })
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
