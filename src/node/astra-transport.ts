import type { SecureContextOptions } from 'node:tls'
import { Agent, errors } from 'undici'
import type { Dispatcher } from 'undici'
import { LARGEST_ANSWER, NotSent } from '../server/transport.ts'
import type { Transport, TransportAnswer, TransportCall } from '../server/transport.ts'

/** Calls that may wait for one of the sockets; beyond it waiting would only add to the trouble. */
const LONGEST_QUEUE = 100

/** Servers close idle connections after five seconds or more. A call on one that is just closing would be lost. */
const IDLE_MS = 4_000

/**
 * Calls Astra over connections that stay open, by undici's own API: at a third of the time that `fetch` takes on Node.
 *
 * @param options `sockets`: connections at most, default 32. `tls`: for `node:tls`, like `ca`.
 * @example
 * createAstraProxy({ transport: nodeTransport(), identify, storage })
 */
export function nodeTransport(
  options: { sockets?: number | undefined; tls?: SecureContextOptions | undefined } = {},
): Transport & { close(): void } {
  const { sockets = 32, tls } = options
  const agent = new Agent({
    connections: sockets,
    connect: { ...tls },
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    maxResponseSize: LARGEST_ANSWER,
    // Each call has a time limit of its own, over everything.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let open = 0

  const carry: Transport = async (call) => {
    if (open >= sockets + LONGEST_QUEUE)
      throw new NotSent('[astra] nodeTransport: too many calls are waiting.')
    open++
    try {
      return await send(agent, call)
    } finally {
      open--
    }
  }
  return Object.assign(carry, {
    /** Closes all connections. A process need not call it to end. */
    close() {
      void agent.destroy()
    },
  })
}

function send(
  agent: Agent,
  { url, method, headers, body, timeoutMs }: TransportCall,
): Promise<TransportAnswer> {
  // The addresses are the proxy's own, in normal form; to take one apart by the book costs more than to send it.
  const slash = url.indexOf('/', 'https://'.length)
  const [origin, path] = [url.slice(0, slash), url.slice(slash)]
  return new Promise((resolve, reject) => {
    let started: Dispatcher.DispatchController | null = null
    let overdue: DOMException | null = null
    let answer: Omit<TransportAnswer, 'body'> = { status: 0, headers: { get: () => null } }
    const chunks: Buffer[] = []

    const fail = (cause: unknown) => {
      clearTimeout(timer)
      reject(started ? cause : new NotSent('No connection.', { cause }))
    }
    const timer = setTimeout(() => {
      overdue = new DOMException('Astra did not answer.', 'TimeoutError')
      fail(overdue)
      started?.abort(overdue)
    }, timeoutMs)

    agent.dispatch(
      { origin, path, method, headers, body: body ?? null },
      {
        // Only now is a byte written: the connection stands, and it is this call's turn.
        onRequestStart(controller) {
          if (overdue) return controller.abort(overdue)
          started = controller
        },
        onResponseStart(_controller, status, answered) {
          const get = (name: string) => {
            const value = answered[name]
            return typeof value === 'string' ? value : null
          }
          answer = { status, headers: { get } }
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd() {
          clearTimeout(timer)
          resolve({ ...answer, body: Buffer.concat(chunks).toString() })
        },
        onResponseError(_controller, cause) {
          const isTooLarge = cause instanceof errors.ResponseExceededMaxSizeError
          fail(isTooLarge ? new Error('The answer is too large.', { cause }) : cause)
        },
      },
    )
  })
}
