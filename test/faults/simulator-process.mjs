// Astra in a process of its own: what a proxy has sent before it died is processed here all the same.
import { createServer } from 'node:http'
import { toNodeHandler } from 'astra-onboarding/node'
import { createAstraSimulator } from 'astra-onboarding/simulator'
import { serve } from './ipc.mjs'

const ORIGIN = 'http://127.0.0.1'
let simulator
let server
let webhookUrl
const sockets = new Set()
let idle = () => {}

serve({
  async open({ redirectUri, startedAt, intentsPerEmail = 3 }) {
    const webhooks = {
      url: 'http://127.0.0.1/api/astra/webhook',
      fetch: (request) => fetch(new Request(webhookUrl, request)),
    }
    simulator = createAstraSimulator({
      redirectUris: [redirectUri],
      intentsPerEmail,
      webhooks,
      now: () => startedAt,
    })
    server = createServer((incoming, outgoing) => {
      toNodeHandler((request) =>
        simulator.fetch(request).catch(() => {
          incoming.socket.destroy()
          return new Response()
        }),
      )(incoming, outgoing)
    })
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        if (sockets.size === 0) idle()
      })
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${server.address().port}`
  },
  /** Waits for the last connection of a dead proxy: then everything that it sent has been processed. */
  settled: () => (sockets.size === 0 ? undefined : new Promise((resolve) => (idle = resolve))),
  advance: (ms) => simulator.advance(ms),
  failNext: (...values) => simulator.failNext(...values),
  intents: () => simulator.intents(),
  users: () => simulator.users(),
  count: (route) => simulator.requests.filter((request) => request.route === route).length,
  /** Delivers what is due, each twice and the newest first: neither may matter. */
  deliver: async (url) => {
    webhookUrl = url
    await simulator.webhooks.deliver((due) => due.toReversed().flatMap((one) => [one, one]))
  },
  expire: (userId, what) => simulator.expire(userId, what),
  walk,
})

/** What a person does at Astra who authorizes; answers the query string of the return. */
async function walk(address) {
  const { search, pathname } = new URL(address)
  const entered = await simulator.fetch(new Request(ORIGIN + pathname + search))
  const path = ORIGIN + entered.headers.get('location')
  const cookie = entered.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  for (const deed of ['phone', 'code', 'consent', 'connect']) {
    const screen = await simulator.fetch(new Request(path, { headers: { cookie } }))
    const left =
      returned(screen) ??
      returned(
        await simulator.fetch(
          new Request(`${path}/${deed}`, {
            method: 'POST',
            headers: { cookie },
            body: new URLSearchParams(fill(deed, await screen.text())),
          }),
        ),
      )
    if (left) return left
  }
  throw new Error('the person is still inside the hosted module')
}

function returned(response) {
  const location = response.headers.get('location')
  return location && !location.startsWith('/') ? new URL(location).search : null
}

function fill(deed, page) {
  if (deed === 'phone') return { phone: /name="phone"[^>]*value="(\d*)"/s.exec(page)?.[1] ?? '' }
  if (deed === 'code') return { code: /<strong>(\d{6})<\/strong>/.exec(page)?.[1] ?? '' }
  return deed === 'connect' ? { choice: 'none' } : {}
}
