import { createHmac } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import type { AstraSimulator, SimulatorState } from '../../src/simulator/index.ts'
import { pythonJson } from '../../src/simulator/python-json.ts'
import { readCorpus } from '../support/read-corpus.ts'
import { BASIC, MIA, setUp } from './client.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const URL = 'https://bank.test/api/astra/webhook'

interface Received {
  webhook_type: string
  webhook_id: string
  user_id: string
  resource_id: string
  metadata?: Record<string, string>
}

/** A partner's endpoint that answers what the test says. */
function setUpWithEndpoint() {
  const endpoint = {
    status: 200,
    isDown: false,
    bodies: [] as string[],
    signatures: [] as (string | null)[],
    received: () => endpoint.bodies.map((body) => JSON.parse(body) as Received),
  }
  const client = setUp({
    webhooks: {
      url: URL,
      fetch: async (request) => {
        if (endpoint.isDown) throw new TypeError('fetch failed')
        endpoint.bodies.push(await request.text())
        endpoint.signatures.push(request.headers.get('astra-verification'))
        return new Response(null, { status: endpoint.status })
      },
    },
  })
  const deliver: AstraSimulator['webhooks']['deliver'] = (arrange) =>
    client.simulator.webhooks.deliver(arrange)
  /** Forgets what has happened so far. */
  const catchUp = async () => {
    await deliver()
    endpoint.bodies.length = 0
  }
  return { ...client, endpoint, deliver, catchUp }
}

it('tells of a new user intent, with its metadata and without a status', async () => {
  const { create, deliver, endpoint } = setUpWithEndpoint()
  const { id } = await create({ ...MIA, metadata: { customer: 'c-17' } })
  expect(await deliver()).toMatchObject([{ status: 200 }])
  expect(endpoint.received()).toEqual([
    {
      webhook_type: 'user_intent_updated',
      webhook_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      user_id: id,
      resource_id: id,
      metadata: { customer: 'c-17' },
    },
  ])
})

it('leaves the metadata out when the user intent has none', async () => {
  const { create, deliver, endpoint } = setUpWithEndpoint()
  await create(MIA)
  await deliver()
  expect(Object.keys(endpoint.received()[0] ?? {})).toEqual([
    'webhook_type',
    'webhook_id',
    'user_id',
    'resource_id',
  ])
})

it('tells of the end of a check, once, whether or not anybody asked meanwhile', async () => {
  const { create, deliver, catchUp, endpoint, simulator } = setUpWithEndpoint()
  const { id } = await create({ ...MIA, first_name: 'Pending' })
  await catchUp()
  simulator.advance(4_000)
  await deliver()
  await deliver()
  expect(endpoint.received()).toMatchObject([{ webhook_type: 'user_intent_updated', resource_id: id }])
})

it('tells of a conversion on both sides, and gives the User the metadata of its intent', async () => {
  const { create, authenticate, deliver, catchUp, endpoint, simulator } = setUpWithEndpoint()
  const metadata = { customer: 'c-17' }
  const { id } = await create({ ...MIA, metadata })
  await catchUp()
  await authenticate({ user_intent_id: id, phone: '4155550143' })
  await deliver()
  expect(endpoint.received()).toMatchObject([
    { webhook_type: 'user_intent_updated', user_id: id, resource_id: id, metadata },
    { webhook_type: 'user_updated', user_id: simulator.users()[0]?.id, metadata },
  ])
})

it.each(['Retry', 'Document'])('tells of what a %s brings the User in the module', async (first_name) => {
  const { create, authenticate, post, deliver, catchUp, endpoint } = setUpWithEndpoint()
  const { id } = await create({ ...MIA, first_name })
  const path = await authenticate({ user_intent_id: id, phone: '4155550143' })
  await catchUp()
  await post(`${path}/correction`, { ssn: '4821' })
  await post(`${path}/document`)
  await deliver()
  expect(endpoint.received().map(({ webhook_type }) => webhook_type)).toEqual(['user_updated'])
})

it("tells of what Astra's staff does, but not of a status that stays", async () => {
  const { create, consent, deliver, catchUp, endpoint, simulator } = setUpWithEndpoint()
  await consent()
  const { id } = await create({ ...MIA, phone: '+14155550144' })
  await catchUp()
  const userId = simulator.users()[0]?.id ?? ''
  simulator.setUserStatus(userId, 'suspended')
  simulator.setUserStatus(userId, 'suspended')
  simulator.setIntentStatus(id, 'suspended')
  simulator.setIntentStatus(id, 'suspended')
  await deliver()
  expect(endpoint.received().map(({ resource_id }) => resource_id)).toEqual([userId, id])
})

it('queues nothing when nobody subscribed', async () => {
  const { simulator, create } = setUp()
  await create(MIA)
  expect(simulator.webhooks.pending()).toEqual([])
})

it('signs the very bytes that it sends, in the spelling of json.dumps', async () => {
  const { create, deliver, endpoint } = setUpWithEndpoint()
  const { id } = await create({ ...MIA, metadata: { city: 'San José', 'a.b': '"\\\u007f🙂' } })
  await deliver()
  const [body = ''] = endpoint.bodies
  const [webhook] = endpoint.received()
  expect(body).toBe(
    `{"webhook_type": "user_intent_updated", "webhook_id": "${webhook?.webhook_id}", "user_id": "${id}", "resource_id": "${id}", ` +
      String.raw`"metadata": {"city": "San Jos\u00e9", "a.b": "\"\\\u007f\ud83d\ude42"}}`,
  )
  const signature = createHmac('sha256', 'simulator-secret').update(body).digest('base64')
  expect(endpoint.signatures).toEqual([signature])
})

it.each(
  readCorpus<{ secret: string; body: string; header: string }>('webhook_vectors').filter(
    ({ expect: verdict, input }) => verdict === 'accept' && input.body.includes('": '),
  ),
)('signs as the vector $id: $why', async ({ input }) => {
  const { simulator } = setUpWithEndpoint()
  simulator.rotateSecret(input.secret)
  const request = await simulator.webhooks.request(
    JSON.parse(input.body) as Parameters<typeof simulator.webhooks.request>[0],
  )
  expect(request.headers.get('astra-verification')).toBe(input.header)
  expect(await request.text()).toBe(input.body)
})

it('writes no member that is undefined', () => {
  expect(pythonJson({ a: undefined, b: 'c' })).toBe('{"b": "c"}')
})

it('opens the API and signs with the new secret alone once it is rotated', async () => {
  const { simulator, create, deliver, endpoint } = setUpWithEndpoint()
  await create(MIA)
  simulator.rotateSecret('new-secret')
  expect((await create(MIA, BASIC)).status).toBe(401)
  expect((await create(MIA, `Basic ${btoa('simulator:new-secret')}`)).status).toBe(201)
  await deliver()
  const signatures = endpoint.bodies.map((body) =>
    createHmac('sha256', 'new-secret').update(body).digest('base64'),
  )
  expect(endpoint.signatures).toEqual(signatures)
})

it.each([500, 204, 302, 401])(
  'takes %i for a failure and sends the same webhook again later',
  async (status) => {
    const { simulator, create, deliver, endpoint } = setUpWithEndpoint()
    await create(MIA)
    endpoint.status = status
    expect(await deliver()).toMatchObject([{ status }])
    expect(await deliver()).toEqual([])
    simulator.advance(MINUTE)
    endpoint.status = 200
    expect(await deliver()).toMatchObject([{ status: 200 }])
    expect(endpoint.bodies[1]).toBe(endpoint.bodies[0])
    expect(simulator.webhooks.pending()).toEqual([])
  },
)

it('gives an endpoint that never answers ten seconds', async () => {
  vi.useFakeTimers()
  try {
    const fetch = vi.fn(() => new Promise<Response>(() => {}))
    const { simulator, create } = setUp({ webhooks: { url: URL, fetch } })
    await create(MIA)
    const delivered = simulator.webhooks.deliver()
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await delivered).toMatchObject([{ status: 'network-error' }])
  } finally {
    vi.useRealTimers()
  }
})

it('tries ten times more, with intervals that double, over five hours, and then gives up', async () => {
  const { simulator, create, deliver, endpoint } = setUpWithEndpoint()
  await create(MIA)
  endpoint.isDown = true
  const intervals: number[] = []
  let last = 0
  expect(await deliver()).toMatchObject([{ status: 'network-error' }])
  for (let retry = 1; retry <= 10; retry++) {
    const [entry] = simulator.webhooks.pending()
    expect(entry?.retries).toBe(retry)
    intervals.push((entry?.dueAt ?? 0) - last)
    simulator.advance((entry?.dueAt ?? 0) - last - 1)
    expect(await deliver()).toEqual([])
    simulator.advance(1)
    last = entry?.dueAt ?? 0
    expect(await deliver()).toHaveLength(1)
  }
  expect(simulator.webhooks.pending()).toEqual([])
  expect(Math.abs(last - 5 * HOUR)).toBeLessThan(100)
  for (const [index, interval] of intervals.slice(1).entries()) {
    expect(interval / (intervals[index] ?? 0)).toBeCloseTo(2, 3)
  }
})

it('sends in the order, as often and as selected as a test arranges', async () => {
  const { simulator, create, deliver, endpoint } = setUpWithEndpoint()
  const ids: string[] = []
  for (const phone of ['+14155550144', '+14155550145', '+14155550146']) {
    ids.push((await create({ ...MIA, phone })).id)
  }
  await deliver((due) => [...due.slice(1).reverse(), ...due.slice(1)])
  const sent = endpoint.received().map(({ resource_id }) => resource_id)
  expect(sent).toEqual([ids[2], ids[1], ids[1], ids[2]])
  expect(new Set(endpoint.received().map(({ webhook_id }) => webhook_id)).size).toBe(2)
  expect(simulator.webhooks.pending()).toMatchObject([{ webhook: { resource_id: ids[0] }, retries: 0 }])
  expect(await deliver()).toMatchObject([{ webhook: { resource_id: ids[0] } }])
})

it('sends nothing twice when two deliveries run at the same time', async () => {
  const { create, deliver, endpoint } = setUpWithEndpoint()
  await create(MIA)
  await Promise.all([deliver(), deliver()])
  expect(endpoint.bodies).toHaveLength(1)
})

it('still knows after a restart what it has not delivered', async () => {
  let saved = ''
  const before = setUp({ webhooks: { url: URL }, onChange: (state) => (saved = JSON.stringify(state)) })
  await before.create(MIA)
  const after = setUp({ webhooks: { url: URL }, state: JSON.parse(saved) as SimulatorState })
  expect(after.simulator.webhooks.pending()).toEqual(before.simulator.webhooks.pending())
  expect(after.simulator.webhooks.pending()).toHaveLength(1)
})
