import { describe, expect, it } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/index.ts'
import { BASIC, MIA, REDIRECT_URI, setUp } from './client.ts'

const HOUR = 60 * 60 * 1000

describe('creating a user intent', () => {
  it('answers an id only, and tells the status and no SSN when read', async () => {
    const { create, send } = setUp()
    const { status, id, ...rest } = await create(MIA)
    expect([status, rest]).toEqual([201, {}])
    const read = await (await send(`/v1/user_intent/${id}`, { headers: { authorization: BASIC } })).json()
    expect(read).toEqual({
      id,
      email: 'mia@example.com',
      phone: '+14155550143',
      first_name: 'Mia',
      last_name: 'Okafor',
      preferred_first_name: null,
      preferred_last_name: null,
      preferred_pronouns: null,
      status: 'approved',
    })
  })

  it.each<[string, object, object]>([
    ['a member it does not know', { middle_name: 'X' }, { middle_name: ['Unknown field.'] }],
    ['null for address2', { address2: null }, { address2: ['Not a string.'] }],
    ['a phone without country code', { phone: '4155550143' }, { phone: ['This field is invalid.'] }],
    ['a nine-digit SSN', { ssn: '123456789' }, { ssn: ['This field is invalid.'] }],
    ['a verified person without SSN', { ssn: undefined }, { ssn: ['This field is required.'] }],
    ['a private address', { ip_address: '192.168.1.2' }, { ip_address: ['This field is invalid.'] }],
    ['another date format', { date_of_birth: '11/04/1991' }, { date_of_birth: ['This field is invalid.'] }],
    ['a state in words', { state: 'California' }, { state: ['This field is invalid.'] }],
    [
      'an unknown kyc_type',
      { kyc_type: 'none' },
      { kyc_type: ['Not one of receive-only, unverified, verified.'] },
    ],
    [
      'a kyc_type that every object has',
      { kyc_type: 'constructor' },
      { kyc_type: ['Not one of receive-only, unverified, verified.'] },
    ],
    [
      'metadata that is a list',
      { metadata: ['a'] },
      { metadata: ['At most 25 keys with short text values.'] },
    ],
    [
      'metadata that is no text',
      { metadata: { a: 1 } },
      { metadata: ['At most 25 keys with short text values.'] },
    ],
  ])('refuses %s', async (_, change, description) => {
    const { create, simulator } = setUp()
    expect(await create({ ...MIA, ...change })).toMatchObject({ status: 400, description })
    expect(simulator.intents()).toEqual([])
  })

  it.each([
    [{ kyc_type: 'receive-only', date_of_birth: undefined, ssn: undefined }, 201],
    [{ kyc_type: 'unverified', ssn: undefined }, 201],
    [{ kyc_type: 'unverified', date_of_birth: undefined }, 400],
  ])('demands of %j what the verification type demands: %i', async (change, status) => {
    expect((await setUp().create({ ...MIA, ...change })).status).toBe(status)
  })

  it('approves a person whose first name every object has', async () => {
    const { create, simulator } = setUp()
    expect((await create({ ...MIA, first_name: 'Constructor' })).status).toBe(201)
    expect(simulator.intents()).toMatchObject([{ status: 'approved' }])
  })

  it('refuses wrong credentials', async () => {
    const { create, grant, send } = setUp()
    const wrong = `Basic ${btoa('simulator:wrong')}`
    expect((await create(MIA, wrong)).status).toBe(401)
    expect(await grant({}, wrong)).toEqual({ status: 401, error: 'invalid_client' })
    const { id } = await create(MIA)
    const read = async (path: string, authorization: string) =>
      (await send(`/v1/user_intent/${path}`, { headers: { authorization } })).status
    expect([await read(id, wrong), await read('other', BASIC), await read(id, BASIC)]).toEqual([
      401, 404, 200,
    ])
  })

  it('takes three intents per e-mail and refuses the fourth', async () => {
    const { create } = setUp()
    for (const phone of ['+14155550144', '+14155550145', '+14155550146']) {
      expect((await create({ ...MIA, phone })).status).toBe(201)
    }
    expect(await create(MIA)).toMatchObject({
      status: 400,
      description: { email: ['The limit of user intents for this email is reached.'] },
    })
    expect((await create({ ...MIA, email: 'other@example.com' })).status).toBe(201)
  })

  it.each(['Rejected', 'Suspended'])(
    'refuses the e-mail and phone of a person who is %s with 403',
    async (name) => {
      const { create } = setUp()
      await create({ ...MIA, first_name: name })
      expect(await create(MIA)).toMatchObject({
        status: 403,
        description: expect.stringContaining('was not permitted on the platform') as string,
      })
      expect((await create({ ...MIA, phone: '+14155550144' })).status).toBe(201)
    },
  )
})

describe('a link into the module', () => {
  it.each<[string, Record<string, string>, string]>([
    ['another client', { client_id: 'other' }, 'Invalid client_id'],
    [
      'a redirect_uri that is not registered',
      { redirect_uri: `${REDIRECT_URI}/` },
      `The redirect_uri ${REDIRECT_URI}/ is not one of those registered for this client`,
    ],
    ['a parameter it does not know', { scope: 'all' }, 'Unknown parameter scope.'],
    ['another response_type', { response_type: 'token' }, 'response_type must be code.'],
    ['an unknown intent', { user_intent_id: 'x' }, 'No such user_intent_id.'],
    ['an unknown user', { user_id: 'x' }, 'No such user_id.'],
  ])('does not work with %s', async (_, parameters, problem) => {
    const { status, page } = await setUp().enter(parameters)
    expect([status, page.includes('This link does not work'), page.includes(problem)]).toEqual([
      400,
      true,
      true,
    ])
  })

  it('says which redirect_uri came, which are registered, and where to register another', async () => {
    const redirectUris = ['http://localhost:3000/return', 'http://localhost:3001/return']
    const shown = async (redirect_uri: string) => {
      const { page } = await setUp({ redirectUris }).enter({ redirect_uri })
      return /<p class="error">(.*?)<\/p>/.exec(page)?.[1]
    }
    const rest =
      ' is not one of those registered for this client: http://localhost:3000/return, http://localhost:3001/return. ' +
      'Register it with --redirect-uri of the command, or in `redirectUris` of createAstraSimulator.'
    expect(await shown('http://localhost:8080/r')).toBe(`The redirect_uri http://localhost:8080/r${rest}`)
    expect(await shown('')).toBe(`The redirect_uri (none)${rest}`)
    expect(await shown('<script>alert(1)</script>')).toBe(
      `The redirect_uri &lt;script&gt;alert(1)&lt;/script&gt;${rest}`,
    )
    expect(await shown('x'.repeat(10_000))).toBe(`The redirect_uri ${'x'.repeat(200)}…${rest}`)
  })

  it.each(['4155550199', '+14155550143', '14155550143'])('does not work with the phone %s', async (phone) => {
    const { create, enter } = setUp()
    const { id } = await create(MIA)
    const { status, page } = await enter({ user_intent_id: id, phone })
    expect([status, page.includes('Token Authentication Required')]).toEqual([400, true])
  })
})

describe('authenticating', () => {
  it.each(['Mia', 'Retry', 'Document', 'Slow'])(
    'gives the user the status of the intent of %s',
    async (first_name) => {
      const { simulator, create, authenticate } = setUp()
      const { id } = await create({ ...MIA, first_name })
      const before = simulator.intents()[0]?.status
      await authenticate({ user_intent_id: id, phone: '4155550143' })
      expect(simulator.users().map(({ status }) => status)).toEqual([before])
      expect(simulator.intents()[0]).toMatchObject({
        status: 'converted_to_user',
        user_id: simulator.users()[0]?.id,
      })
    },
  )

  it('signs in to the existing user of the phone, whatever intent was asked for', async () => {
    const { simulator, create, consent, authorize, exchange, user } = setUp()
    await exchange(await consent())
    const { id } = await create({ ...MIA, email: 'other@example.com', first_name: 'Other' })
    const query = await authorize({ user_intent_id: id, phone: '4155550143' })
    const tokens = await exchange(query.get('authorization_code') ?? '')
    expect((await user(tokens['access_token'])).body).toMatchObject({
      email: 'mia@example.com',
      first_name: 'Mia',
    })
    expect(simulator.users()).toHaveLength(1)
    expect(simulator.intents()[1]).toMatchObject({ status: 'approved', user_id: null })
  })

  it('brings no code back without consent', async () => {
    const { create, authenticate, send } = setUp()
    const path = await authenticate({
      user_intent_id: (await create(MIA)).id,
      phone: '4155550143',
      state: 's',
    })
    const left = await send(`${path}/cancel`, { method: 'POST', body: '' })
    expect(left.headers.get('location')).toBe(`${REDIRECT_URI}?state=s`)
  })

  it.each([
    ['true', '+14155550143'],
    ['false', '+14155550199'],
  ])('texts the code, with phone_read_only=%s, to %s', async (phone_read_only, number) => {
    const { create, enter, send } = setUp()
    const { path } = await enter({
      user_intent_id: (await create(MIA)).id,
      phone: '4155550143',
      phone_read_only,
    })
    await send(`${path}/phone`, { method: 'POST', body: new URLSearchParams({ phone: '4155550199' }) })
    expect(await (await send(path)).text()).toContain(`Text message to ${number}`)
  })

  it('wants the right SMS code', async () => {
    const { simulator, create, enter, send } = setUp()
    const { path } = await enter({ user_intent_id: (await create(MIA)).id, phone: '4155550143' })
    const post = (action: string, form: Record<string, string>) =>
      send(`${path}/${action}`, { method: 'POST', body: new URLSearchParams(form) })
    await post('phone', { phone: '4155550143' })
    const wrong = await post('code', { code: '000000' })
    expect([wrong.status, (await wrong.text()).includes('That is not the code.')]).toEqual([422, true])
    expect(simulator.users()).toEqual([])
  })

  it.each([
    [{}, ['authorization_code', 'state'], 's'],
    [{ codeParameter: 'code' as const }, ['code', 'state'], 's'],
    [{ codeParameter: 'both' as const, echoState: false }, ['authorization_code', 'code'], null],
  ])('returns as it is told to: %j', async (options, names, state) => {
    const { create, authorize } = setUp(options)
    const { id } = await create(MIA)
    const query = await authorize({ user_intent_id: id, phone: '4155550143', state: 's' })
    expect([...query.keys()]).toEqual(names)
    expect(query.get('state')).toBe(state)
  })
})

describe('tokens', () => {
  it('takes a code once', async () => {
    const { consent, exchange } = setUp()
    const code = await consent()
    expect(await exchange(code)).toMatchObject({ status: 200, expires_in: 7200, token_type: 'bearer' })
    expect(await exchange(code)).toEqual({ status: 400, error: 'invalid_grant' })
  })

  it.each([
    [299_000, 200],
    [300_000, 400],
  ])('takes a code after %i ms with %i', async (age, status) => {
    const { simulator, consent, exchange } = setUp()
    const code = await consent()
    simulator.advance(age)
    expect((await exchange(code))['status']).toBe(status)
  })

  it('refuses a code with another redirect_uri, and uses it up', async () => {
    const { consent, grant, exchange } = setUp({ redirectUris: [REDIRECT_URI, 'https://bank.test/other'] })
    const code = await consent()
    const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://bank.test/other' }
    expect(await grant(form)).toEqual({ status: 400, error: 'invalid_grant' })
    expect((await exchange(code))['status']).toBe(400)
  })

  it('refuses an unknown or missing parameter', async () => {
    const { grant } = setUp()
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expect(await grant({ ...form, scope: 'all' })).toMatchObject({
      error_description: 'Unknown parameter scope.',
    })
    expect(await grant({ ...form, redirect_uri: 'https://bank.test/x' })).toMatchObject({
      error: 'invalid_grant',
    })
    for (const grant_type of ['password', 'constructor'])
      expect(await grant({ grant_type })).toMatchObject({ error: 'unsupported_grant_type' })
    expect(await grant({ grant_type: 'refresh_token' })).toMatchObject({
      error_description: 'Exactly one refresh_token is required.',
    })
  })

  it('keeps one access token per user alive, for two hours', async () => {
    const { simulator, consent, exchange, refresh, user } = setUp()
    const first = await exchange(await consent())
    const second = await refresh(first['refresh_token'])
    expect((await user(first['access_token'])).status).toBe(401)
    simulator.advance(2 * HOUR - 1)
    expect((await user(second['access_token'])).status).toBe(200)
    simulator.advance(1)
    expect((await user(second['access_token'])).status).toBe(401)
  })

  it('takes a refresh token again and again, for ten days', async () => {
    const { simulator, consent, exchange, refresh } = setUp()
    const { refresh_token } = await exchange(await consent())
    expect((await refresh(refresh_token))['status']).toBe(200)
    simulator.advance(240 * HOUR - 1)
    expect((await refresh(refresh_token))['status']).toBe(200)
    simulator.advance(1)
    expect(await refresh(refresh_token)).toEqual({ status: 400, error: 'invalid_grant' })
  })
})

it('goes on from a snapshot where it was', async () => {
  let saved = ''
  const before = setUp({ onChange: (state) => (saved = JSON.stringify(state)) })
  const code = await before.consent()
  before.simulator.advance(60_000)
  const first = await before.exchange(code)
  const after = setUp({ state: JSON.parse(saved) as NonNullable<SimulatorOptions['state']> })
  expect(after.simulator.users()).toEqual(before.simulator.users())
  expect((await after.user(first['access_token'])).status).toBe(200)
  expect((await after.refresh(first['refresh_token']))['status']).toBe(200)
  after.simulator.advance(2 * HOUR)
  expect((await after.user(first['access_token'])).status).toBe(401)
})

it('lets a check end when its time has come', async () => {
  const { simulator, create, send } = setUp()
  await create({ ...MIA, first_name: 'Pending' })
  simulator.advance(3_999)
  await send('/')
  expect(simulator.intents()[0]?.status).toBe('pending')
  simulator.advance(1)
  await send('/')
  expect(simulator.intents()[0]?.status).toBe('approved')
})
