import { expect, it } from 'vitest'
import { withControl } from '../../src/simulator/control.ts'
import { MIA, ORIGIN, setUp } from './client.ts'

const HEADER = { 'astra-simulator-control': '1' }

function setUpWithControl() {
  const client = setUp()
  const answer = withControl(client.simulator)
  const send = (path: string, init: RequestInit = {}) => answer(new Request(ORIGIN + path, init))
  const view = async (name: string) =>
    (await send(`/simulator/${name}`, { headers: HEADER })).json() as Promise<unknown>
  const run = async (name: string, ...values: unknown[]) => {
    const init = { method: 'POST', headers: HEADER, body: JSON.stringify(values) }
    const response = await send(`/simulator/${name}`, init)
    return { status: response.status, body: (await response.json()) as unknown }
  }
  return { ...client, answer, send, view, run }
}

it('shows what the simulator knows', async () => {
  const { simulator, consent, view } = setUpWithControl()
  await consent()
  expect(await view('requests')).toEqual([{ route: 'POST /v1/user_intent', status: 201 }])
  expect(await view('intents')).toEqual(simulator.intents())
  expect(await view('users')).toEqual(simulator.users())
  expect(await view('business-profiles')).toEqual([])
  expect(await view('cards')).toEqual([])
  expect(await view('webhooks')).toEqual([])
})

it('lets faults strike, and takes them back', async () => {
  const { run, send } = setUpWithControl()
  const status = async () => (await send('/v1/user')).status
  const fault = [{ status: 503 }, 'until-cleared']
  expect(await run('fail-next', 'GET /v1/user', ...fault)).toEqual({ status: 200, body: {} })
  expect([await status(), await status()]).toEqual([503, 503])
  await run('clear-faults')
  expect(await status()).toBe(401)
})

it('does what time and the staff of Astra do', async () => {
  const { run, consent, exchange, user, create, simulator, call } = setUpWithControl()
  const tokens = await exchange(await consent())
  const id = simulator.users()[0]?.id
  await run('set-user-status', id, 'suspended')
  await run('change-phone', id, '+14155550199')
  expect((await user(tokens['access_token'])).body).toMatchObject({
    status: 'suspended',
    phone: '+14155550199',
  })
  await run('expire', id, 'access-token')
  expect((await user(tokens['access_token'])).status).toBe(401)
  const pending = await create({ ...MIA, first_name: 'Pending' })
  await run('advance', 4_000)
  expect((await call('GET', `/v1/user_intent/${pending.id}`)).body['status']).toBe('approved')
  await run('set-intent-status', pending.id, 'suspended')
  expect((await call('GET', `/v1/user_intent/${pending.id}`)).body['status']).toBe('suspended')
  expect(await run('set-card-status', 'x', 'approved')).toMatchObject({
    body: { error: '[astra] simulator: no card x.' },
  })
  await run('rotate-secret', 'new')
  expect((await call('GET', `/v1/user_intent/${pending.id}`)).status).toBe(401)
})

it('says what was wrong with a call', async () => {
  const { run, send } = setUpWithControl()
  expect(await run('expire', 'nobody', 'authorization')).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('no user nobody') as string },
  })
  const init = { method: 'POST', headers: HEADER, body: '{}' }
  const answer = await send('/simulator/advance', init)
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: 'The body is a JSON list of arguments.' },
  ])
})

it.each(['fetch', 'constructor', 'on-change'])('has no entry %s', async (name) => {
  const { run, send } = setUpWithControl()
  expect((await run(name)).status).toBe(404)
  expect((await send(`/simulator/${name}`, { headers: HEADER })).status).toBe(404)
})

it('is not for web pages: it needs a header that takes a preflight, and allows none', async () => {
  const { send, simulator } = setUpWithControl()
  const init = { method: 'POST', body: '["GET /v1/user",{"status":503}]' }
  expect((await send('/simulator/fail-next', init)).status).toBe(403)
  expect((await send('/simulator/intents')).status).toBe(403)
  const preflight = await send('/simulator/intents', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.test', 'access-control-request-headers': 'astra-simulator-control' },
  })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null])
  expect((await simulator.fetch(new Request(`${ORIGIN}/v1/user`))).status).toBe(401)
})

it.each([
  ['127.0.0.1:4010', 200],
  ['localhost', 200],
  ['[::1]:4010', 200],
  ['evil.test:4010', 403],
  ['localhost.evil.test', 403],
])('answers to the host %s with %i', async (host, status) => {
  const { answer } = setUpWithControl()
  const request = new Request(`${ORIGIN}/simulator/intents`, { headers: { ...HEADER, host } })
  expect((await answer(request)).status).toBe(status)
})

it('leaves everything else to the simulator', async () => {
  const { send } = setUpWithControl()
  expect((await send('/v1/user')).status).toBe(401)
  expect((await send('/simulator/a/b')).status).toBe(404)
})
