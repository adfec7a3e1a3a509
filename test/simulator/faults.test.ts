import { describe, expect, it } from 'vitest'
import type { ApiRoute, Fault } from '../../src/simulator/index.ts'
import { BASIC, MIA, ORIGIN, setUp } from './client.ts'

const CREATE = 'POST /v1/user_intent'
const READ = 'GET /v1/user'

const ROUTES: ApiRoute[] = [
  CREATE,
  'GET /v1/user_intent/:id',
  'POST /v1/oauth/token',
  READ,
  'GET /v1/cards',
  'POST /v1/business_profile',
  'GET /v1/business_profile/:id',
  'POST /v1/partner/identity/verification',
]

function setUpWithFault(fault: Fault, route: ApiRoute = CREATE) {
  const waited: number[] = []
  const client = setUp({ wait: async (ms) => void waited.push(ms) })
  client.simulator.failNext(route, fault)
  return { ...client, waited, intents: () => client.simulator.intents().length }
}

describe('a fault', () => {
  it.each(ROUTES)('strikes %s once, and no other route', async (route) => {
    const { simulator, send } = setUpWithFault({ status: 503 }, route)
    const [method = '', path = ''] = route.split(' ')
    const ask = async () => (await send(path.replace(':id', 'x'), { method })).status
    const other = route === READ ? '/v1/cards' : '/v1/user'
    expect((await send(other)).status).toBe(401)
    expect(await ask()).toBe(503)
    expect(await ask()).not.toBe(503)
    expect(simulator.requests.map((request) => request.route)).toContain(route)
  })

  it('brings the headers that it is given, and nothing happens', async () => {
    const { send, create, intents } = setUpWithFault({ status: 429, headers: { 'retry-after': '30' } })
    const response = await send('/v1/user_intent', { method: 'POST', headers: { authorization: BASIC } })
    expect([response.status, response.headers.get('retry-after'), intents()]).toEqual([429, '30', 0])
    expect((await create(MIA)).status).toBe(201)
  })

  it.each([
    ['refused' as const, 'ECONNREFUSED', 0],
    ['before' as const, 'ECONNRESET', 0],
    ['after' as const, 'ECONNRESET', 1],
  ])('breaks the connection (%s) with %s, after %i effects', async (network, code, effects) => {
    const { create, intents, simulator } = setUpWithFault({ network })
    await expect(create(MIA)).rejects.toMatchObject({ message: 'fetch failed', cause: { code } })
    expect(intents()).toBe(effects)
    expect(simulator.requests).toEqual([{ route: CREATE, status: 'network-error' }])
  })

  it('lets half of the answer through, with the status and headers of the whole', async () => {
    const { send, intents } = setUpWithFault({ truncated: true })
    const init = { method: 'POST', headers: { authorization: BASIC }, body: JSON.stringify(MIA) }
    const response = await send('/v1/user_intent', init)
    expect([response.status, response.headers.get('request-id')?.slice(0, 4)]).toEqual([201, 'req_'])
    expect(await response.text()).toMatch(/^\{"id":"\w+$/)
    expect(intents()).toBe(1)
  })

  it.each<[Fault, number]>([
    [{ latency: 700 }, 201],
    [{ latency: 700, status: 503 }, 503],
  ])('takes its time: %j', async (fault, status) => {
    const { create, waited } = setUpWithFault(fault)
    expect((await create(MIA)).status).toBe(status)
    expect(waited).toEqual([700])
  })

  it.each<[Fault, number]>([
    [{ silence: 'before' }, 0],
    [{ silence: 'after' }, 1],
    [{ latency: 60_000 }, 1],
  ])('keeps silent until the caller gives up: %j, after %i effects', async (fault, effects) => {
    const { simulator } = setUp({ wait: () => new Promise(() => {}) })
    simulator.failNext(CREATE, fault)
    const controller = new AbortController()
    const request = new Request(`${ORIGIN}/v1/user_intent`, {
      method: 'POST',
      headers: { authorization: BASIC },
      body: JSON.stringify(MIA),
      signal: controller.signal,
    })
    const answer = simulator.fetch(request)
    expect(simulator.requests).toEqual([{ route: CREATE, status: 'under-way' }])
    const reason = new DOMException('too late', 'TimeoutError')
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
    expect(simulator.intents()).toHaveLength(effects)
    expect(simulator.requests).toEqual([{ route: CREATE, status: 'network-error' }])
  })
})

describe('several faults', () => {
  it('strike one after the other, each as often as it was asked to', async () => {
    const { simulator, send } = setUp()
    simulator.failNext(READ, { status: 500 }, 2)
    simulator.failNext(READ, { status: 503 })
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await send('/v1/user')).status)
    expect(statuses).toEqual([500, 500, 503, 401])
  })

  it('last until they are cleared, one route or all', async () => {
    const { simulator, send } = setUp()
    const status = async (path: string) => (await send(path)).status
    for (const route of [READ, 'GET /v1/cards'] as const) {
      simulator.failNext(route, { status: 503 }, 'until-cleared')
    }
    for (let count = 0; count < 5; count++) expect(await status('/v1/user')).toBe(503)
    simulator.clearFaults(READ)
    expect([await status('/v1/user'), await status('/v1/cards')]).toEqual([401, 503])
    simulator.clearFaults()
    expect(await status('/v1/cards')).toBe(401)
  })
})
