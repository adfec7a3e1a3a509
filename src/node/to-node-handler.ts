import type { IncomingMessage, ServerResponse } from 'node:http'

type FetchHandler = (request: Request, platform: { remoteAddress?: string | undefined }) => Promise<Response>

/** What body parsers and routers of frameworks leave on Node's request. */
interface FrameworkRequest extends IncomingMessage {
  /** Express: the whole path, where `url` lacks the mount path. */
  originalUrl?: string
  /** Set by a body parser that has consumed the stream. */
  body?: unknown
}

/**
 * Makes a Node request listener of a web-standard handler: for `node:http`, Express, Connect and the like.
 *
 * @example
 * app.use('/api/astra', toNodeHandler(proxy.fetch))
 */
export function toNodeHandler(handler: FetchHandler) {
  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void answer(handler, incoming, outgoing)
  }
}

async function answer(
  handler: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const platform = { remoteAddress: incoming.socket.remoteAddress }
    const response = await handler(toRequest(incoming), platform)
    // Whoever left a body unread cannot answer another request on this connection.
    if (!incoming.complete) outgoing.setHeader('connection', 'close')
    await send(response, outgoing)
  } catch {
    if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' })
    outgoing.end()
  }
}

function toRequest(incoming: FrameworkRequest): Request {
  // The host is a formality: nothing is ever decided from it.
  const url = new URL(`http://localhost${incoming.originalUrl ?? incoming.url ?? '/'}`)
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
  if (!incoming.readableEnded || incoming.body === undefined) return lazyStream(incoming)
  if (typeof incoming.body === 'string') return incoming.body
  return incoming.body instanceof Uint8Array ? Buffer.from(incoming.body) : JSON.stringify(incoming.body)
}

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
  outgoing.end(Buffer.from(await response.arrayBuffer()))
}
