/**
 * A request as it comes in: what everybody may look at, and apart from it the body, which is a profile and is read
 * only by the route it is for.
 */
export interface Incoming {
  /** Method, address and headers; no body. */
  request: Request
  body: IncomingBody
}

/** A body that is read once, or not at all. */
export interface IncomingBody {
  /** Null: there are more than `largest` bytes. Rejects when the connection breaks off. */
  read(largest: number): Promise<Uint8Array<ArrayBuffer> | null>
  /** Nobody waits for the rest any more. */
  cancel(): void
  /** Whether somebody has read it before, so that these are not the bytes as they came. Undefined where nobody can tell. */
  isSecondHand?: boolean
}

export function toIncoming(request: Request): Incoming {
  const { url, method, headers } = request
  if (request.body === null) return { request, body: EMPTY }
  const bodiless = new Request(url, { method, headers })
  // In a browser, where `./testing` runs, a new Request loses the headers that only the browser may set.
  Object.defineProperty(bodiless, 'headers', { value: headers })
  return { request: bodiless, body: streamedBody(request.body) }
}

const EMPTY: IncomingBody = { read: async () => new Uint8Array(), cancel() {} }

function streamedBody(stream: ReadableStream<Uint8Array>): IncomingBody {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  return {
    async read(largest) {
      reader = stream.getReader()
      const chunks: Uint8Array[] = []
      let length = 0
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return join(chunks, length)
        length += value.byteLength
        if (length > largest) return null
        chunks.push(value)
      }
    },
    cancel() {
      // Not awaited: a stream may answer only after the read that it hangs in.
      reader?.cancel().catch(() => {})
    },
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
