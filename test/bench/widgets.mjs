// How often Astra is asked when 1,000 widgets poll for a minute: 200 people whose check runs, five windows each, over
// two instances of the proxy on one SQLite file. With and without webhooks. Time is simulated, so the minute takes
// seconds. Run it with `npm run bench:widgets`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAstraProxy } from '../../dist/server/index.js'
import { sqliteStorage } from '../../dist/node/sqlite.js'
import { createAstraSimulator } from '../../dist/simulator/index.js'

const PEOPLE = 200
const WINDOWS = 5
const MINUTE_MS = 60_000
/** What the widget waits between two answers, ±20 %. */
const PAUSES_MS = [1000, 2000, 3000, 5000, 8000, 10_000]
const ORIGIN = 'https://bank.test'

const rows = []
for (const webhooks of [false, true]) rows.push(await measure(webhooks))
console.table(rows)
const ok = rows[0].closestMs >= 5000 && rows[1].closestMs >= 60_000
console.log(ok ? 'never closer than 5 s, with webhooks never closer than 60 s' : 'too close')
process.exitCode = ok ? 0 : 1

async function measure(webhooks) {
  const folder = mkdtempSync(join(tmpdir(), 'astra-widgets-'))
  const start = Date.parse('2026-11-23T18:00:00Z')
  let now = start
  const reads = new Map()
  const simulator = createAstraSimulator({
    redirectUris: [`${ORIGIN}/api/astra/return`],
    now: () => now,
    intentsPerEmail: 3,
    ...(webhooks && {
      webhooks: { url: `${ORIGIN}/api/astra/webhook`, fetch: (request) => proxies[0].fetch(request) },
    }),
  })
  const countingFetch = (request) => {
    const intent = /\/v1\/user_intent\/(.+)$/.exec(request.url)?.[1]
    if (intent) reads.set(intent, [...(reads.get(intent) ?? []), now])
    return simulator.fetch(request)
  }
  const storages = [1, 2].map(() => sqliteStorage(join(folder, 'astra.db')))
  const proxies = storages.map((storage) =>
    createAstraProxy({
      storage,
      fetch: countingFetch,
      now: () => now,
      identify: (request) => ({ id: request.headers.get('x-customer') }),
      env: { ASTRA_ENVIRONMENT: 'simulator', ASTRA_REDIRECT_URI: `${ORIGIN}/api/astra/return` },
      limits: { creationsPerAddressAndHour: 1_000_000, creationsPerPersonIn30Days: 1_000_000 },
    }),
  )
  for (let person = 0; person < PEOPLE; person++)
    await expectStatus(
      await send(proxies[0], person, 'POST', '/user-intents', { profile: profileOf(person) }),
      201,
    )
  if (webhooks) await simulator.webhooks.deliver()

  const polls = Array.from({ length: PEOPLE * WINDOWS }, (_, window) => ({
    window,
    count: 0,
    at: now + Math.random() * 1000,
  }))
  const measuredFrom = now
  reads.clear()
  let requests = 0
  while (polls.some(({ at }) => at < start + MINUTE_MS)) {
    polls.sort((a, b) => a.at - b.at)
    const [next] = polls
    now = Math.max(now, Math.round(next.at))
    await expectStatus(
      await send(proxies[next.window % 2], Math.floor(next.window / WINDOWS), 'GET', '/status'),
      200,
    )
    requests += 1
    const pause = PAUSES_MS[Math.min(next.count, PAUSES_MS.length - 1)]
    next.at = now + pause * (0.8 + Math.random() * 0.4)
    next.count += 1
    // Without news a webhook is still what keeps the proxy sure that they arrive.
    if (webhooks) await simulator.webhooks.deliver()
  }
  for (const storage of storages) storage.close()
  rmSync(folder, { recursive: true, force: true })
  const distances = [...reads.values()].flatMap((times) =>
    times.slice(1).map((time, index) => time - times[index]),
  )
  return {
    webhooks,
    requests,
    reads: [...reads.values()].flat().length,
    'reads per person': ([...reads.values()].flat().length / PEOPLE).toFixed(2),
    closestMs: Math.min(Infinity, ...distances),
    seconds: (now - measuredFrom) / 1000,
  }
}

function send(proxy, person, method, path, body) {
  return proxy.fetch(
    new Request(`${ORIGIN}/api/astra${path}`, {
      method,
      headers: {
        'x-customer': `customer-${person}`,
        'x-astra-onboarding': '1',
        'sec-fetch-site': 'same-origin',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }),
    { remoteAddress: '127.0.0.1' },
  )
}

async function expectStatus(response, status) {
  if (response.status !== status) throw new Error(`${response.status}: ${await response.text()}`)
}

function profileOf(person) {
  return {
    firstName: 'Slow',
    lastName: `N${String.fromCodePoint(97 + (person % 26), 97 + Math.floor(person / 26))}`,
    dateOfBirth: '1991-11-04',
    ssnLast4: '4821',
    email: `slow.${person}@example.com`,
    phone: `(415) 555-${String(1000 + person)}`.replace('555-1', '225-1'),
    address1: '18 Harbor View Rd',
    city: 'Oakland',
    state: 'CA',
    postalCode: '94607',
  }
}
