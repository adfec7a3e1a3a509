// A proxy in a process of its own, with wrappers around storage and transport that can end it at a named point.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, request as sendRequest } from 'node:http'
import { toNodeHandler } from 'astra-onboarding/node'
import { createAstraProxy } from 'astra-onboarding/server'
import { sqliteStorage } from 'astra-onboarding/storage/sqlite'
import { serve } from './ipc.mjs'

let proxy
let storage
let offset = 0
let deadly = null
const stopWaiting = []
/** Which route the present request came by; none in `maintain`. */
const route = new AsyncLocalStorage()

/** The end, if it was ordered for here: nothing of this process runs any more. */
function reach(point) {
  if (point === deadly) process.kill(process.pid, 'SIGKILL')
  process.send({ point })
}

serve({
  async open({ store, simulator, redirectUri, startedAt }) {
    storage = await openStorage(store)
    const now = () => startedAt + offset
    proxy = createAstraProxy({
      env: {
        ASTRA_ENVIRONMENT: 'simulator',
        ASTRA_SIMULATOR_URL: simulator,
        ASTRA_REDIRECT_URI: redirectUri,
      },
      identify: (request) => JSON.parse(request.headers.get('x-test-identity') ?? 'null'),
      clientIp: (request) => request.headers.get('x-test-ip'),
      metadata: ({ submission = 'none' }) => ({ submission }),
      storage: watchedStorage(storage, now),
      fetch: watchedTransport,
      now,
      wait,
      logger: { warn: () => {}, error: () => {} },
    })
    const server = createServer(
      toNodeHandler((request, platform) =>
        route.run(new URL(request.url).pathname, () => proxy.fetch(request, platform)),
      ),
    )
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${server.address().port}`
  },
  /** From now on this point is the end; null: none is. */
  die: (point) => void (deadly = point),
  /** Sets the clock, to so many ms after its start. Whoever waits has waited long enough. */
  clock: (ms) => {
    offset = ms
    for (const stop of stopWaiting.splice(0)) stop()
  },
  maintain: () => proxy.maintain(),
  tokens: (customerId, callers) =>
    Promise.all(
      Array.from({ length: callers }, () =>
        proxy.getAccessToken(customerId).catch((error) => `error: ${error.code}`),
      ),
    ),
  get: (kind, id) => storage.get(kind, id),
  find: (kind, index, value) => storage.find(kind, index, value),
})

async function openStorage({ kind, at }) {
  if (kind === 'sqlite') return sqliteStorage(at)
  const [{ default: pg }, { postgresStorage }] = await Promise.all([
    import('pg'),
    import('astra-onboarding/storage/postgres'),
  ])
  return postgresStorage(new pg.Pool({ ...at, max: 4 }))
}

/** Real time, unless the clock is moved. */
function wait(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    stopWaiting.push(() => (clearTimeout(timer), resolve()))
  })
}

function watchedStorage(storage, now) {
  return {
    get: storage.get,
    find: storage.find,
    increment: storage.increment,
    now: async () => now(),
    async commit(changes) {
      const name = nameOf(changes)
      if (name) reach(`${name.step}:before-${name.commit}`)
      const written = await storage.commit(changes)
      if (name && written) reach(`${name.step}:after-${name.commit}`)
      return written
    },
  }
}

/** What the tokens were when this process took the lease, by customer. */
const leases = new Map()

/** What a commit means to a creation, an exchange or a refresh, told from its changes. */
function nameOf(changes) {
  const of = (kind) => changes.find((change) => change.kind === kind && change.data !== null)
  const [attempt, flow, customer] = [of('attempt'), of('flow'), of('customer')]
  if (attempt) {
    const step = STEPS[route.getStore() ?? ''] ?? 'create'
    if (attempt.expectedVersion === null) return { step, commit: 'commit-sent' }
    return { step, commit: attempt.data.state === 'unknown' ? 'commit-unknown' : 'commit-created' }
  }
  if (flow) {
    const { progress, stateHashes } = flow.data
    if (flow.expectedVersion === null) return { step: 'flow', commit: 'commit-opened' }
    if (progress.state === 'open' && stateHashes.length > 0) return { step: 'flow', commit: 'commit-started' }
    if (progress.state === 'exchanging') return { step: 'exchange', commit: 'claim' }
    return progress.state === 'authorized' ? { step: 'exchange', commit: 'commit' } : null
  }
  if (!customer) return null
  const { tokens, lease } = customer.data
  const sealed = tokens?.sealed ?? null
  if (lease && leases.get(customer.id)?.holder !== lease.holder) {
    leases.set(customer.id, { holder: lease.holder, sealed })
    return { step: sealed ? 'refresh' : 'exchange', commit: 'lease' }
  }
  const isGivenUp = !lease && leases.has(customer.id)
  if (!isGivenUp) return null
  const before = leases.get(customer.id).sealed
  leases.delete(customer.id)
  if (sealed === before) return null
  return before ? { step: 'refresh', commit: 'commit' } : { step: 'exchange', commit: 'give-up' }
}

/** Who else settles a creation: a webhook, and `maintain`. */
const STEPS = { '/api/astra/webhook': 'adopt', '': 'settle' }

/** What a call means, told from its path and body. */
function stepOf({ method, url }, body) {
  const { pathname } = new URL(url)
  if (method === 'POST' && pathname === '/v1/user_intent') return 'create'
  if (pathname === '/v1/oauth/token')
    return body.includes('grant_type=refresh_token') ? 'refresh' : 'exchange'
  return 'read'
}

/** `fetch` in steps: before it is sent, handed over to the kernel, head of the answer arrived, all of it. */
async function watchedTransport(request) {
  const body = await request.text()
  const step = stepOf(request, body)
  reach(`${step}:before-send`)
  const incoming = await new Promise((resolve, reject) => {
    const outgoing = sendRequest(
      request.url,
      { method: request.method, headers: Object.fromEntries(request.headers), signal: request.signal },
      resolve,
    )
    outgoing.once('error', (cause) => reject(new TypeError('fetch failed', { cause })))
    outgoing.once('finish', () => reach(`${step}:after-send`))
    outgoing.end(body)
  })
  reach(`${step}:before-answer-is-read`)
  const chunks = []
  for await (const chunk of incoming) chunks.push(chunk)
  reach(`${step}:after-answer`)
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  return new Response(Buffer.concat(chunks), { status: incoming.statusCode, headers })
}
