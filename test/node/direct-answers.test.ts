import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { toNodeHandler } from '../../src/node/index.ts'
import type { AstraProxy } from '../../src/server/index.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { HarnessOptions } from '../support/harness.ts'

const closing: (() => void)[] = []

afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(handler: AstraProxy['fetch']): Promise<string> {
  const server = createServer(toNodeHandler(handler))
  closing.push(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/astra`
}

const HEADERS = {
  'x-test-customer': '{"id":"customer-1"}',
  'x-astra-onboarding': '1',
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/json',
}
const SUBMIT = { method: 'POST', headers: HEADERS, body: JSON.stringify({ profile: ROSA }) }

describe('what `identify` and `clientIp` get from Node', () => {
  async function seen(look: (request: Request) => unknown, init: RequestInit = SUBMIT) {
    const looks: unknown[] = []
    const keep = (request: Request) => void looks.push(look(request))
    const options: HarnessOptions = {
      proxy: {
        identify: (request) => (keep(request), { id: 'customer-1' }),
        clientIp: (request) => (keep(request), '8.8.8.8'),
      },
    }
    const origin = await serve(createHarness(options).proxy.fetch)
    expect((await fetch(`${origin}/user-intents?x=1`, init)).status).toBe(201)
    expect(looks).toHaveLength(2)
    expect(looks[1]).toEqual(looks[0])
    return looks[0]
  }

  it('is a Request, with method, address and headers', async () => {
    const look = (request: Request) => [
      request instanceof Request,
      request.method,
      new URL(request.url).pathname + new URL(request.url).search,
      request.headers.get('X-Test-Customer'),
      request.signal.aborted,
    ]
    const expected = [true, 'POST', '/api/astra/user-intents?x=1', '{"id":"customer-1"}', false]
    expect(await seen(look)).toEqual(expected)
  })

  it('can be cloned, copied, and changed in the copy', async () => {
    const look = (request: Request) =>
      [request.clone(), new Request(request), new Request(request, { headers: { cookie: 'a=1' } })].map(
        ({ method, url, headers }) => [method, new URL(url).pathname, headers.get('cookie')],
      )
    const path = '/api/astra/user-intents'
    const headers = { ...HEADERS, cookie: 'session=1' }
    expect(await seen(look, { ...SUBMIT, headers })).toEqual([
      ['POST', path, 'session=1'],
      ['POST', path, 'session=1'],
      ['POST', path, 'a=1'],
    ])
  })

  it('has no body: that is a profile', async () => {
    expect(await seen(({ body }) => body)).toBeNull()
  })
})

it('answers over Node what it answers to whoever wraps `fetch`, header by header', async () => {
  const answers = async (wrapped: boolean) => {
    const { proxy } = createHarness({
      // The same ids in both.
      proxy: { random: (bytes) => void bytes.fill(7) },
    })
    const origin = await serve(wrapped ? (request, platform) => proxy.fetch(request, platform) : proxy.fetch)
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(origin + path, {
        redirect: 'manual',
        ...init,
        headers: { ...HEADERS, ...init.headers },
      })
      const { date: _, ...headers } = Object.fromEntries(response.headers)
      return { status: response.status, headers, body: await response.text() }
    }
    const first = await ask('/status')
    return [
      first,
      await ask('/status', { headers: { 'if-none-match': first.headers['etag'] ?? '' } }),
      await ask('/user-intents', SUBMIT),
      await ask('/user-intents', { ...SUBMIT, body: '{' }),
      await ask('/user-intents', { ...SUBMIT, body: JSON.stringify({ profile: 'x'.repeat(20_000) }) }),
      await ask('/flows', {
        method: 'POST',
        body: JSON.stringify({ goal: 'onboard', presentation: 'popup', returnTo: 'https://bank.test/' }),
      }),
      await ask('/flows/unknown/start'),
      await ask('/return'),
      await ask('/status', { method: 'DELETE' }),
      await ask('/nowhere'),
      await ask('/webhook', { method: 'POST', body: '{}' }),
    ]
  }
  const direct = await answers(false)
  expect(direct.map(({ status }) => status)).toEqual([200, 304, 201, 400, 413, 201, 403, 200, 405, 404, 401])
  expect(direct).toEqual(await answers(true))
})

it('gives a real Response to everybody else', async () => {
  const { proxy } = createHarness()
  const response = await proxy.fetch(new Request('https://bank.test/api/astra/return'))
  expect(response).toBeInstanceOf(Response)
  expect(await response.clone().text()).toContain('<!doctype html>')
})

it('answers over Node without a call of `fetch` itself', async () => {
  const never = async (): Promise<Response> => {
    throw new Error('the Response was made after all')
  }
  const origin = await serve(Object.assign(never, createHarness().proxy.fetch))
  expect((await fetch(`${origin}/user-intents`, SUBMIT)).status).toBe(201)
  expect((await fetch(`${origin}/status`, { headers: HEADERS })).status).toBe(200)
})
