import { AstraError } from '../core/errors.ts'

/** How long a client may take to send a body, however it spreads the bytes. */
const BODY_DEADLINE_MS = 10_000

/**
 * The body as it came, at most `largest` bytes of it, whatever the length header claims.
 * @throws AstraError `body_malformed`, `body_too_large`, `body_too_slow`
 */
export async function readBytes(request: Request, largest: number): Promise<Uint8Array<ArrayBuffer>> {
  // What is small while it is compressed may be large afterwards.
  if ((request.headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new AstraError('body_malformed')
  }
  if (Number(request.headers.get('content-length')) > largest) throw new AstraError('body_too_large')
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AstraError('body_too_slow')), BODY_DEADLINE_MS)
  })
  try {
    return await Promise.race([readAll(reader, largest), deadline])
  } catch (cause) {
    // Not awaited: a stream may answer only after the read that it hangs in.
    reader.cancel().catch(() => {})
    // A connection that breaks off is nobody's failure.
    throw cause instanceof AstraError ? cause : new AstraError('body_malformed', { cause })
  } finally {
    clearTimeout(timer)
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  largest: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return join(chunks, length)
    length += value.byteLength
    if (length > largest) throw new AstraError('body_too_large')
    chunks.push(value)
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
