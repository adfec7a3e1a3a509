// What is measured. Each starts on a port of its own, in a process of its own: see candidate.mjs.
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { nodeTransport, toNodeHandler } from '../../../dist/node/index.js'
import { sqliteStorage } from '../../../dist/node/sqlite.js'
import { createAstraProxy } from '../../../dist/server/index.js'

const listen = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))

/** A status answer, so that all of them send about as much. */
const ANSWER = JSON.stringify({
  step: { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' },
  reference: '0A1B2C3D',
  creationUnknown: false,
})

function startRaw() {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) }
  return listen(createServer((_incoming, outgoing) => outgoing.writeHead(200, headers).end(ANSWER)))
}

/** As its documentation shows it; `agent` is an addition that keeps connections to the upstream open. */
function startExpress(upstream, agent) {
  const app = express()
  const target = `${upstream}/v1/user_intent`
  app.use('/api/astra/user-intents', createProxyMiddleware({ target, changeOrigin: true, ...agent }))
  return listen(createServer(app))
}

function startOurs(upstream) {
  const folder = mkdtempSync(join(tmpdir(), 'astra-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const proxy = createAstraProxy({
    identify: (request) => ({ id: request.headers.get('x-customer') ?? 'customer' }),
    storage: sqliteStorage(join(folder, 'astra.db')),
    transport: nodeTransport(),
    trustedHops: 1,
    env: {
      ASTRA_ENVIRONMENT: 'simulator',
      ASTRA_SIMULATOR_URL: upstream,
      ASTRA_REDIRECT_URI: 'https://bank.test/api/astra/return',
    },
    logger: { info() {}, warn: console.warn, error: console.error },
  })
  return listen(createServer(toNodeHandler(proxy.fetch)))
}

const HEADERS = { 'x-astra-onboarding': '1', 'sec-fetch-site': 'same-origin' }
let people = 0

const BIRTHDAYS = 20_000

const birthday = (number) =>
  new Date(((number % BIRTHDAYS) - BIRTHDAYS / 2) * 86_400_000).toISOString().slice(0, 10)

/** Somebody new each time: for one customer, e-mail, name or address there is a limit. */
function creation() {
  const number = (process.pid << 16) + ++people
  // A person is known by three letters at each end of the name and the date of birth: whoever shares the latter has others.
  const digits = [...String(Math.floor(number / BIRTHDAYS))].toReversed()
  const letters = digits.map((digit) => 'abcdefghij'[digit])
  const profile = {
    firstName: `${letters.join('')} Rosa`,
    lastName: 'Lindqvist',
    dateOfBirth: birthday(number),
    ssnLast4: '4821',
    email: `rosa.${number}@example.com`,
    phone: '+14155550142',
    address1: '18 Harbor View Rd',
    city: 'Oakland',
    state: 'CA',
    postalCode: '94607',
  }
  return {
    method: 'POST',
    path: '/api/astra/user-intents',
    body: JSON.stringify({ profile }),
    headers: {
      ...HEADERS,
      'content-type': 'application/json',
      'x-customer': `customer-${number}`,
      'x-forwarded-for': `8.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    },
  }
}

/** A customer who has an intent; Astra is asked about them once in five seconds. */
async function seedStatus(origin) {
  const request = creation()
  const created = await fetch(origin + request.path, request)
  if (created.status !== 201) throw new Error(`not created: ${await created.text()}`)
  const headers = { ...HEADERS, 'x-customer': request.headers['x-customer'] }
  return { same: { method: 'GET', path: '/api/astra/status', headers } }
}

export const CANDIDATES = [
  { name: 'raw node:http, answers itself', start: startRaw, requests: seedRaw, status: 200 },
  { name: 'ours: GET status from SQLite', start: startOurs, requests: seedStatus, status: 200 },
  {
    name: 'Express 5 + http-proxy-middleware: POST',
    start: startExpress,
    requests: () => ({ next: creation }),
    status: 201,
  },
  {
    name: 'the same with a keep-alive agent: POST',
    start: (upstream) => startExpress(upstream, { agent: new Agent({ keepAlive: true, maxSockets: 64 }) }),
    requests: () => ({ next: creation }),
    status: 201,
  },
  {
    name: 'ours: POST user-intents, durable on SQLite',
    start: startOurs,
    requests: () => ({ next: creation }),
    status: 201,
  },
]

function seedRaw() {
  return { same: { method: 'GET', path: '/api/astra/status', headers: HEADERS } }
}
