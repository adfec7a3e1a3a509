import { createServer, request as send } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { generate } from 'selfsigned'
import { ORIGIN } from '../support/harness.ts'

/** Whence the person comes, as seen from the reverse proxy. This machine has loopback addresses only. */
export const PERSON_ADDRESS = '52.4.31.9'
/** What the person claims in every header that might be believed. */
const FORGED_ADDRESS = '9.9.9.9'

/** The partner's reverse proxy: ends TLS for https://bank.test and tells the application the client's address. */
export interface Front {
  /** Sends a request for https://bank.test over TLS, with forged addresses. */
  fetch(request: Request): Promise<Response>
  close(): Promise<void>
}

export async function startFront(target: string): Promise<Front> {
  const host = new URL(ORIGIN).hostname
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  })
  const forward = createProxyMiddleware({
    target,
    xfwd: true,
    on: {
      // What Cloudflare's edge does.
      proxyReq: (outgoing) => void outgoing.setHeader('cf-connecting-ip', PERSON_ADDRESS),
    },
  })
  const server = createServer({ cert, key }, (incoming, outgoing) => void forward(incoming, outgoing))
  server.on('secureConnection', (socket: TLSSocket) =>
    Object.defineProperty(socket, 'remoteAddress', { value: PERSON_ADDRESS }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const body = Buffer.from(await request.arrayBuffer())
      const headers = {
        ...Object.fromEntries(request.headers),
        host,
        'content-length': body.length,
        'x-forwarded-for': FORGED_ADDRESS,
        'x-real-ip': FORGED_ADDRESS,
        forwarded: `for=${FORGED_ADDRESS}`,
        'cf-connecting-ip': FORGED_ADDRESS,
      }
      const connection = { host: '127.0.0.1', port, servername: host, ca: cert }
      return new Promise((resolve, reject) => {
        const { method } = request
        const client = send({ ...connection, method, path: pathname + search, headers }, (answer) => {
          answer.toArray().then((chunks) => {
            const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
              values.map((value): [string, string] => [name, value]),
            )
            const status = answer.statusCode ?? 0
            const text = status === 204 || status === 304 ? null : Buffer.concat(chunks)
            resolve(new Response(text, { status, headers: pairs }))
          }, reject)
        })
        client.on('error', reject).end(body)
      })
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
