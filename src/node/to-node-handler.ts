import type { IncomingMessage, ServerResponse } from 'node:http'

type FetchHandler = (request: Request, platform: { remoteAddress?: string | undefined }) => Promise<Response>

/** What body parsers and routers of frameworks leave on Node's request. */
interface FrameworkRequest extends IncomingMessage {
  /** Express: the whole path, where `url` lacks the mount path. */
  originalUrl?: string
  /** Set by a body parser that has consumed the stream. */
  body?: unknown
  /** The bytes as they came, where a parser's `verify` or the platform, like Google's functions, keeps them. */
  rawBody?: unknown
}

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
    const platform = { remoteAddress: incoming.socket.remoteAddress }
    const response = await handler(toRequest(incoming, path), platform)
    closeUnread(incoming, outgoing)
    await send(response, outgoing)
  } catch {
    if (outgoing.headersSent) outgoing.end()
    else refuse(incoming, outgoing, 500)
  }
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number): void {
  closeUnread(incoming, outgoing)
  outgoing.writeHead(status, { 'content-type': 'text/plain' }).end()
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

function toRequest(incoming: FrameworkRequest, path: string): Request {
  // The host is a formality: nothing is ever decided from it.
  const url = `http://localhost${path}`
  const headers = new Headers()
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] ?? ''
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[index + 1] ?? '')
  }
  const method = incoming.method ?? 'GET'
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  return new Request(url, { method, headers, body: bodyOf(incoming), duplex: 'half' } as RequestInit)
}

function bodyOf(incoming: FrameworkRequest): BodyInit {
  if (!incoming.readableEnded) return lazyStream(incoming)
  // A signature counts over these bytes, and what a parser has made of them cannot be turned back.
  if (incoming.rawBody instanceof Uint8Array) return Buffer.from(incoming.rawBody)
  if (incoming.body === undefined) return lazyStream(incoming)
  if (typeof incoming.body === 'string') return incoming.body
  return incoming.body instanceof Uint8Array ? Buffer.from(incoming.body) : JSON.stringify(incoming.body)
}

const BODY_TEXT = Symbol.for('astra-onboarding/body-text')

/** Reads from the connection only what the handler asks for. */
function lazyStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Buffer> | null = null
  return new ReadableStream(
    {
      async pull(controller) {
        chunks ??= incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(new Uint8Array(value))
      },
      async cancel() {
        await chunks?.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') outgoing.setHeader(name, value)
  })
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies)
  // Answers of the proxy carry their text along; to read it from the stream costs more than to make it.
  const { [BODY_TEXT]: text } = response as { [BODY_TEXT]?: string }
  outgoing.end(text ?? Buffer.from(await response.arrayBuffer()))
}
