import type { IncomingMessage } from 'node:http'

/** What body parsers and routers of frameworks leave on Node's request. */
export interface FrameworkRequest extends IncomingMessage {
  /** Express: the whole path, where `url` lacks the mount path. */
  originalUrl?: string
  /** Set by a body parser that has consumed the stream. */
  body?: unknown
  /** The bytes as they came, where a parser's `verify` or the platform, like Google's functions, keeps them. */
  rawBody?: unknown
}

/** A body that is read once, or not at all, as the proxy takes it. */
export interface IncomingBody {
  /** Null: there are more than `largest` bytes. Rejects when the connection breaks off. */
  read(largest: number): Promise<Uint8Array<ArrayBuffer> | null>
  /** Nobody waits for the rest any more. */
  cancel(): void
  /** Somebody has read it before and kept no bytes: what is read here was made of what they have made of it. */
  isSecondHand: boolean
}

export function incomingBody(incoming: FrameworkRequest): IncomingBody {
  return {
    async read(largest) {
      const parsed = parsedBody(incoming)
      if (parsed) return parsed.byteLength > largest ? null : parsed
      return readAll(incoming, largest)
    },
    cancel() {
      incoming.pause()
    },
    isSecondHand: incoming.readableEnded && keptBytes(incoming) === null,
  }
}

/** The body as a stream that reads from the connection only what the handler asks for. */
export function streamedBody(
  incoming: FrameworkRequest,
): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  const parsed = parsedBody(incoming)
  if (parsed) return parsed
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

/** What a parser has read before; null while it is still to be read. */
function parsedBody(incoming: FrameworkRequest): Uint8Array<ArrayBuffer> | null {
  const { readableEnded, body } = incoming
  if (!readableEnded) return null
  const bytes = keptBytes(incoming)
  if (bytes) return new Uint8Array(bytes)
  if (body === undefined) return null
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A signature counts over these, and what a parser has made of them cannot be turned back. */
function keptBytes({ rawBody, body }: FrameworkRequest): Uint8Array | null {
  if (rawBody instanceof Uint8Array) return rawBody
  return body instanceof Uint8Array ? body : null
}

function readAll(incoming: IncomingMessage, largest: number): Promise<Uint8Array<ArrayBuffer> | null> {
  return new Promise((resolve, reject) => {
    if (incoming.readableEnded) return resolve(new Uint8Array())
    const chunks: Buffer[] = []
    let length = 0
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.byteLength
      if (length <= largest) return chunks.push(chunk)
      incoming.pause()
      return resolve(null)
    })
    incoming.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
    incoming.on('error', reject)
    incoming.on('close', () => {
      // Also follows `end`, and an error nobody hears costs as much as reading the body.
      if (!incoming.readableEnded) reject(new Error('The connection broke off.'))
    })
    // Whatever stands in front may have paused it, to look something up.
    incoming.resume()
  })
}
