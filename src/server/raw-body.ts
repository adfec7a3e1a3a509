import { AstraError } from '../core/errors.ts'
import type { Incoming } from './incoming.ts'
import { within } from './time-limit.ts'

/** How long a client may take to send a body, however it spreads the bytes. */
const BODY_DEADLINE_MS = 10_000

/**
 * The body as it came, at most `largest` bytes of it, whatever the length header claims.
 * @throws AstraError `body_malformed`, `body_too_large`, `body_too_slow`
 */
export async function readBytes(
  { request: { headers }, body }: Incoming,
  largest: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // What is small while it is compressed may be large afterwards.
  if ((headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
    throw new AstraError('body_malformed')
  }
  if (Number(headers.get('content-length')) > largest) throw new AstraError('body_too_large')
  try {
    const bytes = await within(BODY_DEADLINE_MS, body.read(largest), () => {
      throw new AstraError('body_too_slow')
    })
    if (bytes === null) throw new AstraError('body_too_large')
    return bytes
  } catch (cause) {
    body.cancel()
    // A connection that breaks off is nobody's failure.
    throw cause instanceof AstraError ? cause : new AstraError('body_malformed', { cause })
  }
}
