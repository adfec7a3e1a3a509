import { Agent, request as requestHttp } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as requestHttps } from 'node:https'
import type { AgentOptions } from 'node:https'
import type { Socket } from 'node:net'
import { LARGEST_ANSWER, NotSent } from '../server/transport.ts'
import type { Transport, TransportAnswer, TransportCall } from '../server/transport.ts'

/** Calls that may wait for one of the sockets; beyond it waiting would only add to the trouble. */
const LONGEST_QUEUE = 100

/** Servers close idle connections after five seconds or more. A call on one that is just closing would be lost. */
const IDLE_MS = 4_000

/**
 * Calls Astra over connections that stay open: at a third of the time that `fetch` takes on Node.
 *
 * @param options `sockets`: connections at most, default 32. `tls`: for `node:https`, like `ca`.
 * @example
 * createAstraProxy({ transport: nodeTransport(), identify, storage })
 */
export function nodeTransport(
  options: { sockets?: number; tls?: AgentOptions } = {},
): Transport & { close(): void } {
  const { sockets = 32, tls } = options
  const shared = { keepAlive: true, maxSockets: sockets, maxTotalSockets: sockets, timeout: IDLE_MS }
  const plain = new Agent(shared)
  const secure = new SecureAgent({ ...tls, ...shared })
  let open = 0

  const carry: Transport = async (call) => {
    if (open >= sockets + LONGEST_QUEUE) throw new NotSent('Too many calls are waiting.')
    open++
    try {
      return await send(call, plain, secure)
    } finally {
      open--
    }
  }
  return Object.assign(carry, {
    /** Closes idle connections. A process need not call it to end. */
    close() {
      plain.destroy()
      secure.destroy()
    },
  })
}

function send(call: TransportCall, plain: Agent, secure: SecureAgent): Promise<TransportAnswer> {
  const { url, method, headers, body, timeoutMs } = call
  const isSecure = url.startsWith('https:')
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const init = { method, headers: { ...headers, ...length } }
  return new Promise((resolve, reject) => {
    const request = isSecure
      ? requestHttps(url, { ...init, agent: secure })
      : requestHttp(url, { ...init, agent: plain })
    const hasLeft = watchConnection(request, isSecure ? 'secureConnect' : 'connect')
    const fail = (cause: unknown) => {
      clearTimeout(timer)
      request.destroy()
      reject(hasLeft() ? cause : new NotSent('No connection.', { cause }))
    }
    const timer = setTimeout(() => fail(new DOMException('Astra did not answer.', 'TimeoutError')), timeoutMs)
    request.on('error', fail)
    request.on('response', (response) => {
      readBody(response).then((text) => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, headers: { get: headerOf(response) }, body: text })
      }, fail)
    })
    request.end(body)
  })
}

/** Connections that stand. What is not known to be new counts as standing: better a doubt than a second creation. */
const standing = new WeakSet<Socket>()

/** Whether the call's connection stood, so that bytes may have left. */
function watchConnection(request: ClientRequest, event: 'connect' | 'secureConnect'): () => boolean {
  let stood = false
  request.on('socket', (socket) => {
    stood = standing.has(socket) || !socket.connecting
    if (stood) return
    socket.once(event, () => {
      stood = true
      standing.add(socket)
    })
  })
  return () => stood
}

function headerOf({ headers }: IncomingMessage): (name: string) => string | null {
  return (name) => {
    const value = headers[name]
    return typeof value === 'string' ? value : null
  }
}

function readBody(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    response.on('data', (chunk: Buffer) => {
      length += chunk.byteLength
      if (length > LARGEST_ANSWER) reject(new Error('The answer is too large.'))
      else chunks.push(chunk)
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    response.on('error', reject)
  })
}
