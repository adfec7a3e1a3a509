import { describe, expect, it } from 'vitest'
import type { SimulatorState } from '../../src/simulator/index.ts'
import { MIA, REDIRECT_URI, setUp } from './client.ts'

describe('a changed phone', () => {
  async function setUpWithChangedPhone() {
    const client = setUp({ webhooks: { url: 'https://bank.test/webhook' } })
    await client.consent()
    const [user] = client.simulator.users()
    const id = user?.id ?? ''
    const before = client.simulator.webhooks.pending().length
    client.simulator.changePhone(id, '+14155550199')
    return { ...client, id, intent: client.simulator.intents()[0]?.id ?? '', before }
  }

  it('is told by a webhook of the User, and leaves the user intent alone', async () => {
    const { simulator, id, before } = await setUpWithChangedPhone()
    expect(simulator.webhooks.pending().slice(before)).toMatchObject([
      { webhook: { webhook_type: 'user_updated', resource_id: id } },
    ])
    expect(simulator.users()[0]?.phone).toBe('+14155550199')
    expect(simulator.intents()[0]?.phone).toBe('+14155550143')
  })

  it.each([{ phone: '4155550199', phone_read_only: 'true' }, { phone: '4155550199' }, {}])(
    'works with user_id and %j',
    async (parameters: Record<string, string>) => {
      const { id, enter, confirmPhone, screen } = await setUpWithChangedPhone()
      const { path } = await enter({ user_id: id, ...parameters })
      await confirmPhone(path, '4155550199')
      expect(await screen(path)).toBe('Allow access')
    },
  )

  it('works without any id, by what the person types', async () => {
    const { authorize, exchange, user, id } = await setUpWithChangedPhone()
    const tokens = await exchange((await authorize({}, '4155550199')).get('authorization_code') ?? '')
    expect((await user(tokens['access_token'])).body['id']).toBe(id)
  })

  it.each(['4155550143', '4155550199'])('does not work with user_intent_id and %s', async (phone) => {
    const { intent, enter } = await setUpWithChangedPhone()
    const { status, page } = await enter({ user_intent_id: intent, phone })
    expect([status, page.includes('Token Authentication Required')]).toEqual([400, true])
  })

  it('does not work with user_id and the old phone', async () => {
    const { id, enter } = await setUpWithChangedPhone()
    expect((await enter({ user_id: id, phone: '4155550143' })).page).toContain(
      'Token Authentication Required',
    )
  })

  it('has to be confirmed in a browser where the old one was', async () => {
    const { create, enter, confirmPhone, open, screen, simulator } = setUp()
    const { id } = await create(MIA)
    const { path } = await enter({ user_intent_id: id, phone: '4155550143' })
    const cookie = (await confirmPhone(path, '4155550143')).headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const again = async () => {
      const entered = await open('/login/oauth/authorize', { response_type: 'code' }, { cookie })
      return screen(entered.headers.get('location') ?? '')
    }
    expect(await again()).toBe('Allow access')
    simulator.changePhone(simulator.users()[0]?.id ?? '', '+14155550199')
    expect(await again()).toBe('Confirm your phone')
  })

  it('is a US number in E.164, and nobody else’s', async () => {
    const { simulator, consent } = setUp()
    await consent()
    await consent({ ...MIA, phone: '+14155550144' })
    const id = simulator.users()[0]?.id ?? ''
    expect(() => simulator.changePhone(id, '4155550199')).toThrow('not a US number in E.164')
    expect(() => simulator.changePhone(id, '+14155550144')).toThrow('belongs to another User')
    expect(() => simulator.changePhone('nobody', '+14155550199')).toThrow('no user nobody')
  })
})

describe('a person who is rejected', () => {
  it.each(['Rejected', 'Suspended'])(
    'or suspended before the conversion (%s) authenticates, and comes back without a code',
    async (first_name) => {
      const { create, authenticate, post, screen, simulator } = setUp()
      const { id } = await create({ ...MIA, first_name })
      const path = await authenticate({ user_intent_id: id, phone: '4155550143', state: 's' })
      expect(simulator.intents()[0]?.status).toBe('converted_to_user')
      expect(await screen(path)).toBe("You can't go on")
      await post(`${path}/consent`)
      const left = await post(`${path}/cancel`)
      expect(left.headers.get('location')).toBe(`${REDIRECT_URI}?state=s`)
    },
  )

  it.each([
    ['Retry-Rejected', 'correction'],
    ['Document-Rejected', 'document'],
  ])('inside the module (%s) gets no further', async (first_name, action) => {
    const { create, authenticate, post, screen } = setUp()
    const { id } = await create({ ...MIA, first_name })
    const path = await authenticate({ user_intent_id: id, phone: '4155550143' })
    await post(`${path}/${action}`, { ssn: '4821' })
    expect(await screen(path)).toBe("You can't go on")
  })

  it.each([
    ['Pending-Retry', 'Check your details'],
    ['Pending-Document', 'Send a photo of your ID'],
    ['Pending-Rejected', "You can't go on"],
  ])('or asked for more when the check ends meanwhile (%s) sees: %s', async (first_name, title) => {
    const { create, authenticate, screen, simulator } = setUp()
    const { id } = await create({ ...MIA, first_name })
    const path = await authenticate({ user_intent_id: id, phone: '4155550143' })
    expect(await screen(path)).toBe('Allow access')
    simulator.advance(4_000)
    expect(await screen(path)).toBe(title)
  })

  it('or whose photo ID stays under review is asked for it once on a visit, and again on the next', async () => {
    const { create, authenticate, post, screen, simulator } = setUp()
    const { id } = await create({ ...MIA, first_name: 'Slow-Document-Review' })
    const path = await authenticate({ user_intent_id: id, phone: '4155550143' })
    simulator.advance(25_000)
    expect(await screen(path)).toBe('Send a photo of your ID')
    await post(`${path}/document`, {})
    expect([await screen(path), simulator.users()[0]?.status]).toEqual(['Allow access', 'document'])
    const next = await authenticate({ user_intent_id: id, phone: '4155550143' })
    expect(await screen(next)).toBe('Send a photo of your ID')
  })

  it('after having authorized may authorize again; who is suspended may not', async () => {
    const { consent, simulator, authenticate, screen } = setUp()
    await consent()
    const user_id = simulator.users()[0]?.id ?? ''
    const titleFor = async (status: 'rejected' | 'suspended') => {
      simulator.setUserStatus(user_id, status)
      return screen(await authenticate({ user_id, phone: '4155550143' }))
    }
    expect(await titleFor('rejected')).toBe('Allow access')
    expect(await titleFor('suspended')).toBe("You can't go on")
  })

  it('or suspended by staff while somebody watches is seen at the next read', async () => {
    const { create, simulator, call } = setUp()
    const { id } = await create(MIA)
    simulator.setIntentStatus(id, 'suspended')
    expect((await call('GET', `/v1/user_intent/${id}`)).body['status']).toBe('suspended')
    expect(() => simulator.setIntentStatus('nothing', 'approved')).toThrow('no user intent nothing')
  })
})

it('keeps of a receive-only person what was sent, and approves without birth date and SSN', async () => {
  const { create, simulator } = setUp()
  const { date_of_birth: _, ssn: __, ...person } = MIA
  await create({ ...person, kyc_type: 'receive-only' })
  await create({ ...MIA, phone: '+14155550144' })
  expect(simulator.intents()).toMatchObject([
    { kyc_type: 'receive-only', status: 'approved', date_of_birth: '' },
    { kyc_type: 'verified' },
  ])
})

describe('what is saved', () => {
  it('is a copy, which the simulator neither changes nor reads', async () => {
    const saved: SimulatorState[] = []
    const { create, simulator } = setUp({ onChange: (state) => void saved.push(state) })
    const { id } = await create(MIA)
    simulator.setIntentStatus(id, 'suspended')
    expect(saved.map(({ intents }) => intents[0]?.status)).toEqual(['approved', 'suspended'])
    saved.at(-1)?.intents.splice(0)
    expect(simulator.intents()).toHaveLength(1)
  })

  it('is given back as it was', async () => {
    const saved: SimulatorState[] = []
    const before = setUp({ onChange: (state) => void saved.push(state) })
    await before.create(MIA)
    const state = saved.at(-1) as SimulatorState
    const after = setUp({ state })
    await after.create({ ...MIA, phone: '+14155550144' })
    expect(state.intents).toHaveLength(1)
  })

  it('may come from a version that knew less', async () => {
    const saved: SimulatorState[] = []
    const before = setUp({ onChange: (state) => void saved.push(state) })
    await before.consent()
    const { intents, users, visits, codes, cards, sessions, clockOffset } = saved.at(-1) as SimulatorState
    const old = { intents, visits, codes, cards, sessions, clockOffset } as Partial<SimulatorState>
    old.users = users.map(
      ({ metadata: _, business: __, hasAuthorized: ___, ...user }) => user as (typeof users)[number],
    )
    const after = setUp({ state: old as SimulatorState, webhooks: { url: 'https://bank.test/webhook' } })
    after.simulator.setUserStatus(users[0]?.id ?? '', 'suspended')
    expect(after.simulator.webhooks.pending()).toHaveLength(1)
    expect(after.simulator.users()).toMatchObject([{ business: false, metadata: {} }])
  })
})
