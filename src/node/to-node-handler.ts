import type { IncomingMessage, ServerResponse } from 'node:http'
import { failureText } from '../server/failure-log.ts'
import { incomingBody, streamedBody } from './incoming-body.ts'
import type { FrameworkRequest, IncomingBody } from './incoming-body.ts'

type Platform = { remoteAddress?: string | undefined }

/** A web-standard handler. That of the proxy carries itself once more, in a shape that is cheaper on Node. */
interface FetchHandler {
  (request: Request, platform: Platform): Promise<Response>
  [WITHOUT_RESPONSE]?: (
    incoming: { request: Request; body: IncomingBody },
    platform: Platform,
  ) => Promise<Answer>
}

interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body: string | Uint8Array | null
}

const WITHOUT_RESPONSE = Symbol.for('astra-onboarding/without-response')

/**
 * Makes a Node request listener of a web-standard handler: for `node:http`, Express, Connect and the like. Mount it in
 * front of body parsers: a webhook is signed byte for byte. Behind one, let the parser keep the bytes as `rawBody`.
 *
 * @example
 * app.use('/api/astra', toNodeHandler(proxy.fetch))
 */
export function toNodeHandler(handler: FetchHandler) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void answer(handler, incoming, outgoing)
  }
}

/** `Request` refuses to be made with these. */
const UNSPEAKABLE = new Set(['CONNECT', 'TRACE', 'TRACK'])

async function answer(
  handler: FetchHandler,
  incoming: FrameworkRequest,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    if (UNSPEAKABLE.has(incoming.method ?? '')) return refuse(incoming, outgoing, 405)
    const path = pathOf(incoming)
    if (path === null) return refuse(incoming, outgoing, 400)
    const answer = await ask(handler, incoming, path)
    // The answers of one turn of the event loop leave together: a peer that waits is then woken once for all of them. On a
    // busy server to wake it for each costs as much as the answers themselves.
    setImmediate(send, answer, incoming, outgoing)
  } catch (error) {
    // Whoever hangs up in the middle of a body makes a handler throw that reads it.
    const hasHungUp = incoming.destroyed && !incoming.complete
    refuse(incoming, outgoing, 500)
    if (!hasHungUp) report(error, 'the handler has thrown')
  }
}

/** The proxy never throws; a handler around it may, and nobody else would hear of it. */
function report(error: unknown, what: string): void {
  console.error(`[astra] toNodeHandler: ${what}: ${failureText(error)}`)
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number): void {
  // Something around this listener, like a time limit, has answered, or is still at it.
  if (outgoing.headersSent) return
  try {
    closeUnread(incoming, outgoing)
    outgoing.writeHead(status, { 'content-type': 'text/plain', 'content-length': 0 }).end()
  } catch {
    // A `writeHead` of somebody else's may throw; nobody is there to catch it.
    outgoing.destroy()
  }
}

/** Whoever left a body unread cannot answer another request on this connection. */
function closeUnread(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
}

/** Path and query; null for what is neither that nor a whole address, like the `*` of `OPTIONS *`. */
function pathOf({ originalUrl, url = '/' }: FrameworkRequest): string | null {
  const target = originalUrl ?? url
  if (target.startsWith('/')) return target
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null
  const { pathname, search } = new URL(target)
  return pathname + search
}

async function ask(handler: FetchHandler, incoming: FrameworkRequest, path: string): Promise<Answer> {
  const platform = { remoteAddress: incoming.socket.remoteAddress }
  // The host is a formality: nothing is ever decided from it.
  const url = `http://localhost${path}`
  const { method = 'GET' } = incoming
  const request = method === 'GET' ? new Request(url) : new Request(url, { method })
  const { headers } = request
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? ''
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[index + 1] ?? '')
  }
  const { [WITHOUT_RESPONSE]: answer } = handler
  if (answer) return answer({ request, body: incomingBody(incoming) }, platform)
  if (method === 'GET' || method === 'HEAD') return takeApart(await handler(request, platform))
  const whole = { body: streamedBody(incoming), duplex: 'half' } as RequestInit
  return takeApart(await handler(new Request(request, whole), platform))
}

async function takeApart(response: Response): Promise<Answer> {
  const headers: Answer['headers'] = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  return { status: response.status, headers, body: new Uint8Array(await response.arrayBuffer()) }
}

function send({ status, headers, body }: Answer, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.headersSent) return
  // Node counts only what it is given before the head; without a length it would send chunks.
  const isEmpty = status === 204 || status === 304
  const length = isEmpty ? {} : { 'content-length': String(Buffer.byteLength(body ?? '')) }
  try {
    closeUnread(incoming, outgoing)
    outgoing.writeHead(status, { ...headers, ...length })
    outgoing.end(body)
  } catch (error) {
    report(error, 'the handler has answered what Node cannot send')
    // What has begun cannot be completed.
    if (outgoing.headersSent) return void outgoing.destroy()
    // Of this answer, and not what others, like a middleware for security headers, have set.
    for (const name of Object.keys(headers)) outgoing.removeHeader(name)
    refuse(incoming, outgoing, 500)
  }
}
