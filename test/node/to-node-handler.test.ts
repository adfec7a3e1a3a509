import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, request as connect } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { connect as connectSocket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { toNodeHandler } from '../../src/node/index.ts'
import { createAstraProxy } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness } from '../support/harness.ts'
import { delivery, sign } from '../support/webhook.ts'

const servers: Server[] = []

/** With blanks that are gone after it was parsed. */
const SIGNED = delivery('x').replaceAll(':', ' :  ')

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
  vi.restoreAllMocks()
})

/** Serves on a free port of this machine; answers the origin. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type Parsed = IncomingMessage & { body?: unknown; originalUrl?: string }

/** What Express with a body parser does: reads the body, and cuts the mount path off the URL. */
async function parse(incoming: Parsed, as: 'object' | 'string' | 'buffer'): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString()
  incoming.body = as === 'object' ? JSON.parse(text) : as === 'string' ? text : bytes
  incoming.originalUrl = incoming.url ?? ''
  incoming.url = incoming.originalUrl.replace(/^\/api\/astra/, '')
}

it('hands over method, path, query and headers', async () => {
  const origin = await serve(
    toNodeHandler(async (request) => {
      const { pathname, search } = new URL(request.url)
      return Response.json([request.method, pathname, search, request.headers.get('x-custom'), request.body])
    }),
  )
  const response = await fetch(`${origin}/api/astra/status?goal=onboard&flow=a%20b`, {
    headers: { 'x-custom': 'value' },
  })
  expect(await response.json()).toEqual([
    'GET',
    '/api/astra/status',
    '?goal=onboard&flow=a%20b',
    'value',
    null,
  ])
})

it('keeps headers that come several times', async () => {
  const origin = await serve(
    toNodeHandler(async ({ headers }) => new Response(headers.get('x-forwarded-for'))),
  )
  const text = await new Promise<string>((resolve, reject) => {
    const client = connect(origin, { headers: { 'x-forwarded-for': ['8.8.8.8', '8.8.4.4'] } }, (response) => {
      response.setEncoding('utf8').once('data', resolve)
    })
    client.on('error', reject).end()
  })
  expect(text).toBe('8.8.8.8, 8.8.4.4')
})

it('takes the answer over: status, headers, every cookie, body', async () => {
  const origin = await serve(
    toNodeHandler(async () => {
      const response = new Response('körper', { status: 418, headers: { 'x-answer': 'yes' } })
      response.headers.append('set-cookie', 'one=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT')
      response.headers.append('set-cookie', 'two=2; Path=/')
      return response
    }),
  )
  const response = await fetch(origin)
  expect([response.status, response.headers.get('x-answer')]).toEqual([418, 'yes'])
  expect(response.headers.getSetCookie()).toEqual([
    'one=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
    'two=2; Path=/',
  ])
  expect(await response.text()).toBe('körper')
})

it('streams the body: the handler reads before the client has finished', async () => {
  let arrived = () => {}
  const firstChunk = new Promise<void>((resolve) => (arrived = resolve))
  const origin = await serve(
    toNodeHandler(async ({ body }) => {
      const parts: string[] = []
      for await (const chunk of body ?? []) {
        parts.push(Buffer.from(chunk as Uint8Array).toString())
        arrived()
      }
      return Response.json(parts)
    }),
  )
  const answered = new Promise<string>((resolve, reject) => {
    const client = connect(origin, { method: 'POST' }, (response) => {
      response.setEncoding('utf8').once('data', resolve)
    })
    client.on('error', reject).write('first')
    void firstChunk.then(() => client.end('second'))
  })
  expect(await answered).toBe('["first","second"]')
})

it.each(['object', 'string', 'buffer'] as const)(
  'rebuilds a body that a parser has consumed into an %s, below a mount path',
  async (kind) => {
    const handler = toNodeHandler(async (request) => {
      return Response.json({ path: new URL(request.url).pathname, body: await request.json() })
    })
    const origin = await serve((incoming, outgoing) => {
      void parse(incoming, kind).then(() => handler(incoming, outgoing))
    })
    const body = JSON.stringify({ query: '?code=ü' })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${origin}/api/astra/flows/complete`, { method: 'POST', headers, body })
    expect(await response.json()).toEqual({ path: '/api/astra/flows/complete', body: { query: '?code=ü' } })
  },
)

it('hands over the bytes as they came where a parser has kept them', async () => {
  const handler = toNodeHandler(async (request) => new Response(await request.text()))
  const origin = await serve((incoming, outgoing) => {
    void parse(incoming, 'object').then(() => {
      handler(Object.assign(incoming, { rawBody: Buffer.from('{"a" :  1}') }), outgoing)
    })
  })
  expect(await (await fetch(origin, { method: 'POST', body: '{"a" :  1}' })).text()).toBe('{"a" :  1}')
})

it.each<[string, 'object' | 'buffer', object, string, number]>([
  ['a parser in front', 'object', {}, SIGNED, 401],
  ['a parser in front that keeps the bytes', 'object', { rawBody: Buffer.from(SIGNED) }, SIGNED, 200],
  ['a parser in front that gives the bytes', 'buffer', {}, SIGNED, 200],
  ['a wrong signature, and the bytes', 'buffer', {}, SIGNED.replace('x', 'y'), 401],
])('lets the proxy tell why a webhook is refused: %s', async (_, as, kept, body, status) => {
  const harness = createHarness()
  const handler = toNodeHandler(harness.proxy.fetch)
  const origin = await serve((incoming, outgoing) => {
    void parse(incoming, as).then(() => handler(Object.assign(incoming, kept), outgoing))
  })
  const headers = { 'content-type': 'application/json', 'astra-verification': sign(SIGNED) }
  const response = await fetch(`${origin}/api/astra/webhook`, { method: 'POST', headers, body })
  expect(response.status).toBe(status)
  const reason =
    as === 'object'
      ? /its body was parsed before it reached the proxy/
      : /does not match\. Check ASTRA_CLIENT_SECRET, and ASTRA_PREVIOUS_CLIENT_SECRET after a change$/
  const warning = [{ code: 'webhook_refused' }, expect.stringMatching(reason)]
  expect(harness.logs).toMatchObject(status === 200 ? [] : [warning])
})

it('believes no kept bytes before the body has been read', async () => {
  const handler = toNodeHandler(async (request) => new Response(await request.text()))
  const origin = await serve((incoming, outgoing) =>
    handler(Object.assign(incoming, { rawBody: Buffer.from('of another request') }), outgoing),
  )
  expect(await (await fetch(origin, { method: 'POST', body: 'as it came' })).text()).toBe('as it came')
})

it('reads the connection when a parser has left it alone, as Express does with other content types', async () => {
  const handler = toNodeHandler(async (request) => new Response(await request.text()))
  const origin = await serve((incoming: Parsed, outgoing) => {
    incoming.body = {}
    handler(incoming, outgoing)
  })
  expect(await (await fetch(origin, { method: 'POST', body: 'as it came' })).text()).toBe('as it came')
})

it("tells the connection's own address, whatever headers claim", async () => {
  const origin = await serve(toNodeHandler(async (_, platform) => Response.json(platform)))
  const response = await fetch(origin, { headers: { 'x-forwarded-for': '8.8.8.8' } })
  expect(await response.json()).toEqual({ remoteAddress: '127.0.0.1' })
})

/** What is on the console since; nothing of it is shown. */
function consoleErrors(): unknown[] {
  const lines: unknown[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  return lines
}

it('answers a bare 500 when the handler throws, tells the console its class and code, and goes on serving', async () => {
  const lines = consoleErrors()
  const handler = toNodeHandler(async (request) => {
    if (request.url.endsWith('/broken'))
      throw new TypeError('rosa@example.com', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) })
    return new Response('fine')
  })
  const origin = await serve(handler)
  const broken = await fetch(`${origin}/broken`)
  expect([broken.status, await broken.text()]).toEqual([500, ''])
  expect(await (await fetch(origin)).text()).toBe('fine')
  expect(lines).toEqual(['[astra] toNodeHandler: the handler has thrown: TypeError ECONNREFUSED'])
})

it('says nothing of a client that hangs up in the middle of a body, though a handler that reads it throws', async () => {
  const lines = consoleErrors()
  const thrown = vi.fn()
  const reading = async (request: Request) => new Response(await request.text())
  const origin = await serve(
    toNodeHandler((request) =>
      reading(request).catch((error: unknown) => {
        thrown()
        throw error
      }),
    ),
  )
  const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nhost: bank.test\r\ncontent-length: 9\r\n\r\nhalf')
  await vi.waitFor(() => expect(socket.bytesWritten).toBeGreaterThan(0))
  await pause(50)
  socket.destroy()
  await vi.waitFor(() => expect(thrown).toHaveBeenCalled())
  await pause(20)
  expect(lines).toEqual([])
})

it('tells the console all that is wrong when a handler creates the proxy at its first request', async () => {
  const lines = consoleErrors()
  const handler = toNodeHandler(async (...asked) => {
    const env = { ASTRA_ENVIRONMENT: 'production' }
    return createAstraProxy({ env, identify: () => null, storage: memoryStorage() }).fetch(...asked)
  })
  expect((await fetch(await serve(handler))).status).toBe(500)
  expect(lines).toEqual([
    '[astra] toNodeHandler: the handler has thrown: configuration_invalid: createAstraProxy cannot start: - ASTRA_CLIENT_ID is missing: set it in the environment, or in the option `env`. - ASTRA_CLIENT_SECRET is missing: set it in the environment, or in the option `env`. - ASTRA_REDIRECT_URI is missing: set it in the environment, or in the option `env`. - ASTRA_ENCRYPTION_KEYS is missing: set it in the environment, or in the option `env`.',
  ])
})

it.each([
  ['answers', async () => new Response('late')],
  ['throws', () => Promise.reject(new Error('late'))],
])('goes on serving when something around it has answered before the handler %s', async (_, handler) => {
  consoleErrors()
  const listener = toNodeHandler(handler)
  const origin = await serve((incoming, outgoing) => {
    listener(incoming, outgoing)
    outgoing.writeHead(504).end('took too long')
  })
  for (let visit = 0; visit < 2; visit++) {
    const response = await fetch(origin)
    expect([response.status, await response.text()]).toEqual([504, 'took too long'])
  }
})

it.each([
  ['answers', async () => new Response('late')],
  ['throws', () => Promise.reject(new Error('late'))],
])('lets something around it finish its answer when the handler %s meanwhile', async (_, handler) => {
  consoleErrors()
  const listener = toNodeHandler(handler)
  const origin = await serve((incoming, outgoing) => {
    listener(incoming, outgoing)
    outgoing.writeHead(504, { 'content-length': 12 }).write('took ')
    setTimeout(() => outgoing.end('so long'), 20)
  })
  const response = await fetch(origin)
  expect([response.status, await response.text()]).toEqual([504, 'took so long'])
})

it('answers a bare 500 in place of what Node cannot send, without its headers but with those of others, and goes on serving', async () => {
  const lines = consoleErrors()
  const listener = toNodeHandler(
    async () => new Response('body', { headers: { trailer: 'x-late', 'set-cookie': 'a=1' } }),
  )
  const origin = await serve((incoming, outgoing) => {
    // As Express does: from then on Node stores the headers one by one.
    outgoing.setHeader('x-powered-by', 'something')
    listener(incoming, outgoing)
  })
  for (let visit = 0; visit < 2; visit++) {
    const response = await fetch(origin)
    expect([response.status, response.headers.get('set-cookie'), await response.text()]).toEqual([
      500,
      null,
      '',
    ])
    expect(response.headers.get('x-powered-by')).toBe('something')
  }
  expect(lines[0]).toBe(
    '[astra] toNodeHandler: the handler has answered what Node cannot send: Error ERR_HTTP_TRAILER_INVALID',
  )
})

it('sends each answer in the context of its own request, however many leave at once', async () => {
  const visitor = new AsyncLocalStorage<string | undefined>()
  const seen: [string | undefined, string | undefined][] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  let waiting = 0
  const listener = toNodeHandler(async () => {
    if (++waiting === 5) release()
    await gate
    return new Response('body')
  })
  const origin = await serve((incoming, outgoing) => {
    outgoing.on('finish', () => seen.push([incoming.url, visitor.getStore()]))
    visitor.run(incoming.url, () => listener(incoming, outgoing))
  })
  await Promise.all(Array.from({ length: 5 }, (_, index) => fetch(`${origin}/${index}`)))
  expect(seen).toHaveLength(5)
  for (const [url, store] of seen) expect(store).toBe(url)
})

it('answers an empty 304', async () => {
  const origin = await serve(
    toNodeHandler(async () => new Response(null, { status: 304, headers: { etag: '"e"' } })),
  )
  const response = await fetch(origin)
  expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([304, '"e"', ''])
})

it('answers a body that is far too large, read or not', async () => {
  const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
  const post = async (headers: Record<string, string>) => {
    const body = 'x'.repeat(4_000_000)
    return (await fetch(`${origin}/api/astra/flows/complete`, { method: 'POST', headers, body })).status
  }
  const trusted = { 'x-astra-onboarding': '1', 'sec-fetch-site': 'same-origin' }
  expect(await post({ ...trusted, 'content-type': 'application/json' })).toBe(413)
  expect(await post(trusted)).toBe(400)
  expect(await post({})).toBe(403)
})

it('serves the proxy: a status over HTTP, and 304 while nothing has changed', async () => {
  const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
  const headers = {
    'x-test-customer': '{"id":"customer-1"}',
    'x-astra-onboarding': '1',
    'sec-fetch-site': 'same-origin',
  }
  const first = await fetch(`${origin}/api/astra/status`, { headers })
  expect(await first.json()).toMatchObject({ step: { name: 'collect-profile' } })
  const etag = first.headers.get('etag') ?? ''
  const second = await fetch(`${origin}/api/astra/status`, { headers: { ...headers, 'if-none-match': etag } })
  expect([second.status, await second.text()]).toEqual([304, ''])
})

/** Sends bytes as they are and answers what comes back until the other end closes. */
async function speak(origin: string, ...lines: string[]): Promise<string> {
  const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk as string
  return text
}

const CLOSING = ['host: bank.test', 'connection: close']

it.each(['TRACE', 'PROPFIND', 'PURGE', 'SEARCH', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
  'answers 405 to %s',
  async (method) => {
    const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
    expect(await speak(origin, `${method} /api/astra/status HTTP/1.1`, ...CLOSING)).toMatch(
      /^HTTP\/1\.1 405 /,
    )
  },
)

it.each(['CONNECT', 'TRACK'])('answers 405 to %s where a server lets it through', async (method) => {
  const handler = toNodeHandler(createHarness().proxy.fetch)
  const origin = await serve((incoming, outgoing) => handler(Object.assign(incoming, { method }), outgoing))
  expect((await fetch(`${origin}/api/astra/status`)).status).toBe(405)
})

it.each([
  ['OPTIONS *', 400],
  ['GET *', 400],
  ['GET astra', 400],
  ['GET http://', 400],
  ['GET http://[x/api/astra/status', 400],
  ['GET ftp://bank.test/api/astra/status', 400],
  ['GET /', 404],
  ['GET //', 404],
  ['GET //evil.example/api/astra/status', 404],
  ['GET ///', 404],
  ['GET /%', 404],
  ['GET /api/astra/%ff%fe', 404],
  ['GET /api/astra/../astra/x', 404],
  ['GET http://evil.example:99/other', 404],
  ['GET /api/astra/return', 200],
  ['GET http://evil.example:99/api/astra/return', 200],
  ['GET HTTPS://user@evil.example/api/astra/return?x', 200],
] as const)('answers the request line "%s" with %i', async (line, status) => {
  const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
  expect(await speak(origin, `${line} HTTP/1.1`, ...CLOSING)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

it('decides nothing from the host', async () => {
  const origin = await serve(toNodeHandler(async ({ url }) => new Response(url)))
  for (const host of ['evil.example', '', '[', 'a b', '@:99999']) {
    const text = await speak(origin, 'GET /x HTTP/1.1', `host: ${host}`, 'connection: close')
    expect(text).toContain('http://localhost/x')
  }
})

it('takes hundreds of headers, and leaves too many of them to Node', async () => {
  const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
  const headers = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: y`)
  const get = (count: number) =>
    speak(origin, 'GET /api/astra/return HTTP/1.1', ...CLOSING, ...headers(count))
  expect(await get(900)).toMatch(/^HTTP\/1\.1 200 /)
  expect(await get(3000)).toMatch(/^HTTP\/1\.1 431 /)
})

it('closes a connection whose body was refused unread, however much is still to come', async () => {
  const origin = await serve(toNodeHandler(createHarness().proxy.fetch))
  const text = await speak(
    origin,
    'POST /api/astra/flows/complete HTTP/1.1',
    'host: bank.test',
    'content-type: application/json',
    'x-astra-onboarding: 1',
    'sec-fetch-site: same-origin',
    'content-length: 100000000',
  )
  expect(text).toMatch(/^HTTP\/1\.1 413 /)
  expect(text).toMatch(/\r\nconnection: close\r\n/i)
})

it('reads little of a body without end, and closes its connection', async () => {
  const handler = toNodeHandler(createHarness().proxy.fetch)
  const seen = { answer: [] as unknown[], bytes: () => 0 }
  const origin = await serve((incoming, outgoing) => {
    seen.bytes = () => incoming.socket.bytesRead
    outgoing.on('finish', () => (seen.answer = [outgoing.statusCode, outgoing.getHeader('connection')]))
    handler(incoming, outgoing)
  })
  const client = connectSocket(Number(new URL(origin).port), '127.0.0.1')
  // Whoever goes on sending hears of the end by an error.
  client.on('error', () => {}).resume()
  const isClosed = new Promise<void>((resolve) => client.on('close', () => resolve()))
  const head = [
    'POST /api/astra/user-intents HTTP/1.1',
    'host: bank.test',
    'content-type: application/json',
    'x-test-customer: {"id":"customer-1"}',
    'x-astra-onboarding: 1',
    'sec-fetch-site: same-origin',
    'transfer-encoding: chunked',
  ]
  client.write(`${head.join('\r\n')}\r\n\r\n`)
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
  for (let sent = 0; sent < 50_000_000 && !client.destroyed; sent += chunk.length)
    if (!client.write(chunk))
      await Promise.race([isClosed, new Promise<void>((resolve) => client.once('drain', resolve))])
  client.end('0\r\n\r\n')
  await isClosed
  expect(seen.answer).toEqual([413, 'close'])
  expect(seen.bytes()).toBeLessThan(1_000_000)
})

it('refuses a form that a parser has made an object of', async () => {
  const handler = toNodeHandler(createHarness().proxy.fetch)
  const origin = await serve((incoming: Parsed, outgoing) => {
    incoming.resume().on('end', () => {
      incoming.body = { query: '?code=c' }
      handler(incoming, outgoing)
    })
  })
  const headers = {
    'x-astra-onboarding': '1',
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/x-www-form-urlencoded',
  }
  const init = { method: 'POST', headers, body: 'query=%3Fcode%3Dc' }
  expect((await fetch(`${origin}/api/astra/flows/complete`, init)).status).toBe(400)
})

it('reads a body that something in front has paused', async () => {
  const handler = toNodeHandler(createHarness().proxy.fetch)
  const origin = await serve((incoming, outgoing) => {
    incoming.pause()
    setImmediate(() => handler(incoming, outgoing))
  })
  const body = delivery('x')
  const headers = { 'content-type': 'application/json', 'astra-verification': sign(body) }
  expect((await fetch(`${origin}/api/astra/webhook`, { method: 'POST', body, headers })).status).toBe(200)
})

it('closes the connection when somebody else’s writeHead throws, and ends no process', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const handler = toNodeHandler(createHarness().proxy.fetch)
  const origin = await serve((incoming, outgoing) => {
    outgoing.writeHead = () => {
      throw new Error('somebody else')
    }
    handler(incoming, outgoing)
  })
  await expect(fetch(`${origin}/api/astra/return`)).rejects.toThrow('fetch failed')
  expect(console.error).toHaveBeenCalledOnce()
})
