import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeTransport } from '../../src/node/index.ts'
import { fetchTransport, LARGEST_ANSWER, NotSent } from '../../src/server/transport.ts'
import type { Transport, TransportCall } from '../../src/server/transport.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const servers: Server[] = []
const transports: { close(): void }[] = []

afterEach(() => {
  for (const transport of transports.splice(0)) transport.close()
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port of this machine where nobody listens. */
async function deadOrigin(): Promise<string> {
  const origin = await serve(() => {})
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return origin
}

function overNode(options?: Parameters<typeof nodeTransport>[0]) {
  const transport = nodeTransport(options)
  transports.push(transport)
  return transport
}

/** In ms. Until then the connection has to stand, also on a busy machine: a call that has not begun ends differently. */
const SOON = 400

const get = (origin: string, rest: Partial<TransportCall> = {}): TransportCall => ({
  method: 'GET',
  url: `${origin}/v1/user`,
  headers: { authorization: 'Basic x' },
  timeoutMs: 10_000,
  ...rest,
})

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe.each([
  ['fetchTransport', () => fetchTransport((request) => fetch(request))],
  ['nodeTransport', () => overNode()],
] satisfies [string, () => Transport][])('%s', (_, create) => {
  it('carries method, path, headers and body there, and status, headers and body back', async () => {
    const origin = await serve((incoming, outgoing) => {
      void textOf(incoming).then((text) => {
        const { method, url, headers } = incoming
        outgoing.writeHead(201, { 'request-id': 'r-1', 'retry-after': '7' })
        outgoing.end(JSON.stringify([method, url, headers.authorization, headers['content-length'], text]))
      })
    })
    const headers = { authorization: 'Basic x', 'content-type': 'application/json' }
    const call: TransportCall = {
      method: 'POST',
      url: `${origin}/v1/x?y=%20`,
      headers,
      body: 'ü',
      timeoutMs: 5000,
    }
    const answer = await create()(call)
    expect(JSON.parse(answer.body)).toEqual(['POST', '/v1/x?y=%20', 'Basic x', '2', 'ü'])
    expect([answer.status, answer.headers.get('request-id'), answer.headers.get('retry-after')]).toEqual([
      201,
      'r-1',
      '7',
    ])
    expect(answer.headers.get('x-nothing')).toBeNull()
  })

  it('joins a letter that arrives in two pieces', async () => {
    const origin = await serve((incoming, outgoing) => {
      const [first, second] = Buffer.from('ü')
      outgoing.write(Buffer.from([first ?? 0]), () => outgoing.end(Buffer.from([second ?? 0])))
      incoming.resume()
    })
    expect((await create()(get(origin))).body).toBe('ü')
  })

  it('follows no redirect', async () => {
    const visited: string[] = []
    const elsewhere = await serve((incoming, outgoing) => {
      visited.push(incoming.url ?? '')
      outgoing.end()
    })
    const origin = await serve((_incoming, outgoing) => {
      outgoing.writeHead(307, { location: `${elsewhere}/v1/user` }).end()
    })
    expect((await create()(get(origin))).status).toBe(307)
    expect(visited).toEqual([])
  })

  it('takes a body of 256 KiB and gives a larger one up', async () => {
    const origin = await serve((incoming, outgoing) => {
      outgoing.end('x'.repeat(LARGEST_ANSWER + (incoming.url === '/v1/larger' ? 1 : 0)))
    })
    const transport = create()
    expect((await transport(get(origin))).body).toHaveLength(LARGEST_ANSWER)
    await expect(transport(get(origin, { url: `${origin}/v1/larger` }))).rejects.toThrow('too large')
  })

  it('gives up on a body that never ends', async () => {
    const origin = await serve((_incoming, outgoing) => {
      const pour = () => {
        while (outgoing.write('x'.repeat(65_536)));
        outgoing.once('drain', pour)
      }
      pour()
    })
    await expect(create()(get(origin))).rejects.toThrow('too large')
  })

  it.each([
    ['no answer', () => {}],
    ['half an answer', (_, outgoing) => void outgoing.write('{')],
  ] satisfies [string, RequestListener][])('times out with %s', async (_name, listener) => {
    const failure = create()(get(await serve(listener), { timeoutMs: SOON }))
    await expect(failure).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('times out whatever the garbage collection takes meanwhile', async () => {
    const failure = create()(get(await serve(() => {}), { timeoutMs: SOON })).catch((cause: unknown) => cause)
    const collection = setInterval(collectGarbage, 40)
    const outcome = await Promise.race([failure, pause(3_000)])
    clearInterval(collection)
    expect(outcome).toMatchObject({ name: 'TimeoutError' })
  })

  it('knows that a call has not left when nobody listens', async () => {
    await expect(create()(get(await deadOrigin()))).rejects.toBeInstanceOf(NotSent)
  })

  it.each([
    ['before the answer', (incoming) => void incoming.socket.destroy()],
    [
      'within the answer',
      (incoming, outgoing) => {
        outgoing.writeHead(200, { 'content-length': '9' })
        outgoing.write('{', () => incoming.socket.destroy())
      },
    ],
  ] satisfies [string, RequestListener][])(
    'cannot know it when the connection breaks %s',
    async (_name, listener) => {
      const error: unknown = await create()(get(await serve(listener))).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(NotSent)
    },
  )
})

describe('nodeTransport', () => {
  it('uses connections again', async () => {
    const ports = new Set<number | undefined>()
    const origin = await serve((incoming, outgoing) => {
      ports.add(incoming.socket.remotePort)
      outgoing.end('{}')
    })
    const transport = overNode()
    for (let call = 0; call < 5; call++) await transport(get(origin))
    // One rests for a turn of the event loop after each answer.
    expect(ports.size).toBeLessThan(3)
  })

  it('opens as many connections as it may, lets a hundred calls wait, and refuses the rest unsent', async () => {
    const held: (() => void)[] = []
    let most = 0
    let served = 0
    const origin = await serve((_incoming, outgoing) => {
      served++
      held.push(() => outgoing.end('{}'))
      most = Math.max(most, held.length)
      if (held.length === 4) for (const release of held.splice(0)) release()
    })
    const transport = overNode({ sockets: 4 })
    const outcomes = await Promise.allSettled(Array.from({ length: 110 }, () => transport(get(origin))))
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused.map((outcome) => (outcome as PromiseRejectedResult).reason as unknown)).toEqual(
      Array.from({ length: 6 }, () => expect.any(NotSent) as unknown),
    )
    expect([most, served]).toEqual([4, 104])
  })

  it('knows that a call has not left while it waits for a connection', async () => {
    const origin = await serve(() => {})
    const transport = overNode({ sockets: 1 })
    const first = transport(get(origin, { timeoutMs: SOON })).catch((cause: unknown) => cause)
    await expect(transport(get(origin, { timeoutMs: 20 }))).rejects.toBeInstanceOf(NotSent)
    expect(await first).toMatchObject({ name: 'TimeoutError' })
  })

  it('cannot know it on a connection that another call has opened', async () => {
    let calls = 0
    const origin = await serve((incoming, outgoing) => {
      if (++calls === 1) outgoing.end('{}')
      else incoming.socket.destroy()
    })
    const transport = overNode({ sockets: 1 })
    const [first, second] = await Promise.allSettled([transport(get(origin)), transport(get(origin))])
    expect(first.status).toBe('fulfilled')
    const { reason } = second as PromiseRejectedResult
    expect(reason).toBeInstanceOf(Error)
    expect(reason).not.toBeInstanceOf(NotSent)
  })

  it('knows that a call has not left when the other end does not speak TLS', async () => {
    const origin = await serve(() => {})
    const call = get(origin.replace('http:', 'https:'))
    await expect(overNode()(call)).rejects.toBeInstanceOf(NotSent)
  })

  it('lets go of a connection on which the answer never came', async () => {
    let calls = 0
    const origin = await serve((_incoming, outgoing) => void (++calls > 1 && outgoing.end('{}')))
    const transport = overNode({ sockets: 1 })
    await expect(transport(get(origin, { timeoutMs: SOON }))).rejects.toMatchObject({ name: 'TimeoutError' })
    expect((await transport(get(origin))).status).toBe(200)
  })

  it('gives the socket of a failed call back', async () => {
    let calls = 0
    const origin = await serve((incoming, outgoing) => {
      if (++calls <= 3) incoming.socket.destroy()
      else outgoing.end('{}')
    })
    const transport = overNode({ sockets: 1 })
    for (let call = 0; call < 3; call++)
      await expect(transport(get(origin))).rejects.toThrow('other side closed')
    expect((await transport(get(origin))).status).toBe(200)
  })
})
