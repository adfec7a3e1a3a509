import { expect, it } from 'vitest'
import { BASIC, MIA, REDIRECT_URI, setUp } from './client.ts'

const ROUTE = '/v1/partner/identity/verification'

async function setUpWithIntent(options: Parameters<typeof setUp>[0] = {}) {
  const client = setUp(options)
  const { id } = await client.create(MIA)
  const mint = async (subject: object, authorization = BASIC) =>
    client.call('POST', ROUTE, { client_id: 'simulator', ...subject }, authorization)
  const token = async (subject: object) => String((await mint(subject)).body['token'])
  return { ...client, id, mint, token }
}

it('spares a new person phone and SMS code', async () => {
  const { id, token, enter, screen, post, exchange, simulator } = await setUpWithIntent()
  const { path } = await enter({ session_token: await token({ user_intent_id: id }), user_intent_id: id })
  expect(await screen(path)).toBe('Allow access')
  expect(simulator.intents()[0]?.status).toBe('converted_to_user')
  await post(`${path}/consent`)
  const left = new URL((await post(`${path}/connect`, { choice: 'none' })).headers.get('location') ?? '')
  expect(await exchange(left.searchParams.get('authorization_code') ?? '')).toMatchObject({ status: 200 })
})

it('signs in a User by the user_id, whoever was signed in in this browser before', async () => {
  const { id, token, create, enter, open, send, simulator, authenticate } = await setUpWithIntent()
  await authenticate({ user_intent_id: id, phone: '4155550143' })
  const other = await create({ ...MIA, email: 'ada@example.com', phone: '+14155550144' })
  const query = { session_token: await token({ user_intent_id: other.id }), user_intent_id: other.id }
  const entered = await open('/login/oauth/authorize', { response_type: 'code', ...query })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(cookie).toMatch(/^astra_module=\w+$/)
  const user_id = simulator.users()[0]?.id ?? ''
  const { path } = await enter({ user_id, session_token: await token({ user_id }) })
  expect(await (await send(path, { headers: { cookie } })).text()).toContain('Hello Mia')
})

it('opens a session in the browser, so that the next link needs no SMS code either', async () => {
  const { id, token, open, screen } = await setUpWithIntent()
  const first = await open('/login/oauth/authorize', {
    response_type: 'code',
    user_intent_id: id,
    session_token: await token({ user_intent_id: id }),
  })
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const next = await open('/login/oauth/authorize', { response_type: 'code' }, { cookie })
  expect(await screen(next.headers.get('location') ?? '')).toBe('Allow access')
})

it('signs in to the User of the phone when there is one already', async () => {
  const { id, token, create, consent, enter, screen, simulator } = await setUpWithIntent()
  const other = await create({ ...MIA, email: 'other@example.com', first_name: 'Other' })
  const session_token = await token({ user_intent_id: other.id })
  await consent({ ...MIA, email: 'third@example.com' })
  const { path } = await enter({ session_token, user_intent_id: other.id })
  expect(await screen(path)).toBe('Allow access')
  expect(simulator.users()).toHaveLength(1)
  expect(simulator.intents().find((intent) => intent.id === id)?.status).toBe('approved')
})

it.each([
  [59_999, 'Allow access'],
  [60_000, 'Please start again'],
])('counts a token after %i ms: %s', async (age, title) => {
  const { id, token, enter, screen, simulator } = await setUpWithIntent()
  const session_token = await token({ user_intent_id: id })
  simulator.advance(age)
  const { path } = await enter({ session_token, user_intent_id: id })
  expect(await screen(path)).toBe(title)
})

it('counts a token once, even for a link that does not fit it', async () => {
  const { id, token, create, enter, screen, simulator } = await setUpWithIntent()
  const other = await create({ ...MIA, email: 'ada@example.com', phone: '+14155550144' })
  const session_token = await token({ user_intent_id: id })
  const wrong = await enter({ session_token, user_intent_id: other.id })
  const right = await enter({ session_token, user_intent_id: id })
  expect(await screen(wrong.path)).toBe('Please start again')
  expect(await screen(right.path)).toBe('Please start again')
  expect(simulator.users()).toEqual([])
})

it('does not count a token that it does not know, nor one without its id', async () => {
  const { id, token, enter, screen } = await setUpWithIntent()
  const unknown = await enter({ session_token: 'st_unknown', user_intent_id: id })
  const alone = await enter({ session_token: await token({ user_intent_id: id }) })
  expect(await screen(unknown.path)).toBe('Please start again')
  expect(await screen(alone.path)).toBe('Please start again')
})

it.each(['no-code', 'access_denied'] as const)(
  'lets a person whose token did not count return without a code, and without an error (%s)',
  async (decline) => {
    const { id, enter, post } = await setUpWithIntent({ decline })
    const { path } = await enter({ session_token: 'st_used', user_intent_id: id, state: 's' })
    await post(`${path}/consent`)
    const left = await post(`${path}/start-again`)
    expect(left.headers.get('location')).toBe(`${REDIRECT_URI}?state=s`)
  },
)

it('takes provider and customer id beside the one id', async () => {
  const { id, mint } = await setUpWithIntent()
  const body = { provider: 'Fernhill', provider_data: { customer_id: 'c-17' }, user_intent_id: id }
  expect(await mint(body)).toEqual({
    status: 200,
    body: { token: expect.stringMatching(/^st_\w+$/) as string },
  })
})

it.each<[string, object, number, unknown]>([
  ['no id', {}, 400, 'One of user_intent_id, business_profile_id, user_id is required.'],
  [
    'two ids',
    { user_intent_id: 'a', user_id: 'b' },
    400,
    { user_intent_id: ['Only one id is allowed.'], user_id: ['Only one id is allowed.'] },
  ],
  ['an unknown intent', { user_intent_id: 'x' }, 400, { user_intent_id: ['No such user_intent_id.'] }],
  ['an unknown user', { user_id: 'x' }, 400, { user_id: ['No such user_id.'] }],
  [
    'an unknown business',
    { business_profile_id: 'x' },
    400,
    { business_profile_id: ['No such business_profile_id.'] },
  ],
  ['another client', { client_id: 'other' }, 400, { client_id: ['Invalid client_id'] }],
  ['an unknown member', { phone: '+14155550143' }, 400, { phone: ['Unknown field.'] }],
  ['a provider that is no text', { provider: 7 }, 400, { provider: ['Not a string.'] }],
  [
    'other provider data',
    { provider_data: { name: 'x' } },
    400,
    { provider_data: ['Only customer_id, a string, is known.'] },
  ],
])('refuses %s', async (_, subject, status, description) => {
  const { mint } = await setUpWithIntent()
  const answer = await mint(subject)
  expect([answer.status, answer.body['description']]).toEqual([status, description])
})

it('wants the user_id once the intent is a User', async () => {
  const { id, mint, authenticate } = await setUpWithIntent()
  await authenticate({ user_intent_id: id, phone: '4155550143' })
  expect((await mint({ user_intent_id: id })).body['description']).toEqual({
    user_intent_id: ['This is a User by now; send user_id.'],
  })
})

it('refuses wrong credentials, and everybody when the client is not enabled', async () => {
  const { id, mint } = await setUpWithIntent()
  expect((await mint({ user_intent_id: id }, 'Basic x')).status).toBe(401)
  const disabled = await setUpWithIntent({ trustedAuthentication: false })
  expect((await disabled.mint({ user_intent_id: disabled.id })).status).toBe(403)
})

it('bars a rejected person all the same', async () => {
  const { create, token, enter, screen } = await setUpWithIntent()
  const { id } = await create({ ...MIA, phone: '+14155550144', first_name: 'Rejected' })
  const { path } = await enter({ session_token: await token({ user_intent_id: id }), user_intent_id: id })
  expect(await screen(path)).toBe("You can't go on")
})
