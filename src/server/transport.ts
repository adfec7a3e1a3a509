import { within } from './time-limit.ts'

/** One call of Astra's API. */
export interface TransportCall {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
  /** For everything: connection, answer and its body. */
  timeoutMs: number
}

/** What came back, whole. */
export interface TransportAnswer {
  status: number
  headers: { get(name: string): string | null }
  body: string
}

/**
 * Carries calls to Astra. It must not follow redirects, for they would take the credentials elsewhere, and must give
 * up a body beyond {@link LARGEST_ANSWER} bytes. It rejects when there is no whole answer: with {@link NotSent} if it
 * is certain that no byte has left.
 */
export type Transport = (call: TransportCall) => Promise<TransportAnswer>

/** In bytes. Astra's answers are a hundredth of it. */
export const LARGEST_ANSWER = 256 * 1024

/** Proof that Astra cannot have seen the call, so that it may be sent again. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** A transport over the web's `fetch`. Works everywhere; on Node `nodeTransport` takes a third of its time. */
export function fetchTransport(fetch: (request: Request) => Promise<Response>): Transport {
  return async ({ url, method, headers, body, timeoutMs }) => {
    // It ends the connection. The wait ends by itself: Node's `fetch` holds a signal so loosely that a garbage collection
    // can take it away, https://github.com/nodejs/undici/issues/3644, and a silent server would be waited for without end.
    const signal = AbortSignal.timeout(timeoutMs)
    const init = { method, headers, signal, ...(body !== undefined && { body }) }
    // Not `error`: Cloudflare refuses to know it. An answer of 3xx is none of those that are understood.
    const request = new Request(url, { ...init, redirect: 'manual' })
    const answer = async () => {
      const response = await fetch(request).catch(rethrown)
      return { status: response.status, headers: response.headers, body: await readAnswer(response) }
    }
    return within(timeoutMs, answer(), () => {
      throw new DOMException('Astra did not answer.', 'TimeoutError')
    })
  }
}

async function readAnswer(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    length += value.byteLength
    if (length > LARGEST_ANSWER) {
      reader.cancel().catch(() => {})
      throw new Error('The answer is too large.')
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** What is asked before a connection stands. */
const BEFORE_A_CONNECTION = new Set(['connect', 'getaddrinfo'])

/** A connection that did not come about, and a certificate that is not accepted: nothing is written before that. */
const NEVER_LEFT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)\w*|ERR_TLS_CERT_ALTNAME_INVALID)$/

/** Only what proves that no byte of the request has left. */
function rethrown(error: unknown): never {
  const { code, syscall } = ((error instanceof Error && error.cause) || {}) as Record<string, unknown>
  const isSure = NEVER_LEFT.test(String(code)) || BEFORE_A_CONNECTION.has(String(syscall))
  throw isSure ? new NotSent('No connection.', { cause: error }) : error
}
