import { describe, expect, it } from 'vitest'
import type { SimulatorOptions, SimulatorState } from '../../src/simulator/index.ts'
import { CARD_FORM, TEST_CARD_NUMBERS } from '../support/harness.ts'
import { MIA, REDIRECT_URI, setUp } from './client.ts'

const CARDS = 'Add a debit card'

/** Somebody who has authorized, and a walk to the card form in a browser that knows nobody yet. */
async function setUpAuthorized(options: Partial<SimulatorOptions> = {}) {
  const client = setUp(options)
  const tokens = await client.exchange(await client.consent())
  const authorization = `Bearer ${String(tokens['access_token'])}`
  const connect = async (parameters: Record<string, string> = {}) => {
    const response = await client.open('/cards/connect', { state: 'astra.f.s', ...parameters })
    const path = response.headers.get('location') ?? ''
    await client.confirmPhone(path, MIA.phone)
    return path
  }
  const add = async (card: keyof typeof TEST_CARD_NUMBERS, change: Record<string, string> = {}) => {
    const path = await connect()
    const response = await client.post(`${path}/card`, {
      ...CARD_FORM,
      number: TEST_CARD_NUMBERS[card],
      ...change,
    })
    return { status: response.status, location: response.headers.get('location') }
  }
  const cards = async () => {
    const { body } = await client.call('GET', '/v1/cards', undefined, authorization)
    return body as { count: number; cards: Record<string, unknown>[] }
  }
  const statuses = async () => (await cards()).cards.map(({ status }) => status)
  return { ...client, connect, add, cards, statuses }
}

describe('the link to the card form', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a parameter of another link', { response_type: 'code' }, 'Unknown parameter response_type.'],
    ['the id of an intent', { user_intent_id: 'x' }, 'Unknown parameter user_intent_id.'],
    ['a phone', { phone: '4155550143' }, 'Unknown parameter phone.'],
    ['another client', { client_id: 'x' }, 'Invalid client_id'],
    [
      'another redirect URI',
      { redirect_uri: `${REDIRECT_URI}/` },
      `The redirect_uri ${REDIRECT_URI}/ is not one of those registered for this client`,
    ],
  ])('does not work with %s', async (_, parameters, problem) => {
    const { open } = setUp()
    const response = await open('/cards/connect', parameters)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(problem)
  })

  it('asks somebody unknown to this browser for the phone, and then for the card', async () => {
    const { open, screen, confirmPhone } = await setUpAuthorized()
    const path = (await open('/cards/connect', {})).headers.get('location') ?? ''
    expect(await screen(path)).toBe('Confirm your phone')
    await confirmPhone(path, MIA.phone)
    expect(await screen(path)).toBe(CARDS)
  })

  it('asks somebody who is signed in for the card at once', async () => {
    const { open, send, screen, confirmPhone } = await setUpAuthorized()
    const first = (await open('/cards/connect', {})).headers.get('location') ?? ''
    const cookie = (await confirmPhone(first, MIA.phone)).headers.get('set-cookie')?.split(';')[0] ?? ''
    const second = (await open('/cards/connect', {}, { cookie })).headers.get('location') ?? ''
    expect(await screen(second)).toBe(CARDS)
    expect((await send(second)).status).toBe(200)
  })

  it('makes nobody a User, and takes no card of somebody who has not authorized', async () => {
    const { create, authenticate, open, confirmPhone, screen, simulator, post } = setUp()
    const { id } = await create(MIA)
    const early = (await open('/cards/connect', {})).headers.get('location') ?? ''
    expect((await confirmPhone(early, MIA.phone)).status).toBe(400)
    expect(simulator.users()).toEqual([])
    await authenticate({ user_intent_id: id, phone: MIA.phone.slice(2) })
    const path = (await open('/cards/connect', {})).headers.get('location') ?? ''
    await confirmPhone(path, MIA.phone)
    expect(await screen(path)).toBe("You can't go on")
    await post(`${path}/card`, { ...CARD_FORM, number: TEST_CARD_NUMBERS.approved })
    expect(simulator.cards()).toEqual([])
  })

  it('takes no card of somebody who is suspended', async () => {
    const { connect, screen, simulator } = await setUpAuthorized()
    simulator.setUserStatus(simulator.users()[0]?.id ?? '', 'suspended')
    expect(await screen(await connect())).toBe("You can't go on")
  })
})

describe('the way back', () => {
  const withState = `${REDIRECT_URI}?state=astra.f.s`

  it('brings the state and no code, with a card', async () => {
    expect((await (await setUpAuthorized()).add('approved')).location).toBe(withState)
  })

  it('brings the state and no code, with a declined card', async () => {
    expect((await (await setUpAuthorized()).add('declined')).location).toBe(withState)
  })

  it.each(['no-code', 'access_denied'] as const)(
    'brings the state and no error without a card, where a refusal brings %s',
    async (decline) => {
      const { connect, open, post, cards } = await setUpAuthorized({ decline })
      const left = await post(`${await connect()}/no-card`)
      expect(left.headers.get('location')).toBe(withState)
      const path = (await open('/cards/connect', { state: 'astra.f.s' })).headers.get('location') ?? ''
      expect((await post(`${path}/cancel`)).headers.get('location')).toBe(withState)
      expect((await cards()).count).toBe(0)
    },
  )

  it('brings no state where Astra echoes none', async () => {
    expect((await (await setUpAuthorized({ echoState: false })).add('approved')).location).toBe(REDIRECT_URI)
  })

  it('brings the code when the card was added after the consent', async () => {
    const { create, authenticate, post, screen, exchange, simulator } = setUp()
    const { id } = await create(MIA)
    const path = await authenticate({ user_intent_id: id, phone: MIA.phone.slice(2) })
    await post(`${path}/consent`)
    await post(`${path}/connect`, { choice: 'card' })
    expect(await screen(path)).toBe(CARDS)
    const form = { ...CARD_FORM, number: TEST_CARD_NUMBERS.approved }
    const left = new URL((await post(`${path}/card`, form)).headers.get('location') ?? '')
    const code = left.searchParams.get('authorization_code') ?? ''
    expect(await exchange(code)).toMatchObject({ status: 200 })
    expect(simulator.cards()).toMatchObject([{ status: 'approved' }])
  })

  it('brings the code when no card was added after the consent', async () => {
    const { create, authenticate, post } = setUp()
    const { id } = await create(MIA)
    const path = await authenticate({ user_intent_id: id, phone: MIA.phone.slice(2) })
    await post(`${path}/consent`)
    await post(`${path}/connect`, { choice: 'card' })
    const left = await post(`${path}/no-card`)
    expect(left.headers.get('location')).toContain('authorization_code=')
  })
})

describe('the card form', () => {
  it.each(Object.entries(TEST_CARD_NUMBERS))(
    'shows the number of %s, with a right check digit',
    async (_, number) => {
      const { connect, send } = await setUpAuthorized()
      expect(await (await send(await connect())).text()).toContain(`<li>${number}:`)
      const sum = [...number.replaceAll(' ', '')]
        .toReversed()
        .map((digit, index) => Number(digit) * (index % 2 === 1 ? 2 : 1))
        .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0)
      expect(sum % 10).toBe(0)
    },
  )

  it.each<[string, Record<string, string>, string]>([
    [
      'a card that might be real',
      { number: '4111111111111111' },
      'That is not one of the card numbers above.',
    ],
    ['no number', { number: '' }, 'That is not one of the card numbers above.'],
    ['a month that is over', { expires: '12/69' }, 'Enter a date of expiry that lies ahead, like 08/29.'],
    ['no month', { expires: '13/29' }, 'Enter a date of expiry that lies ahead, like 08/29.'],
    ['a short code', { security_code: '12' }, 'Enter the three digits of the security code.'],
    ['no last name', { last_name: ' ' }, 'Enter the name on the card.'],
    ['no street', { street_line_1: '' }, 'Enter the street of the billing address.'],
    ['a state in words', { state: 'California' }, 'Enter the state with two letters.'],
    ['a short ZIP code', { zip_code: '9460' }, 'Enter a ZIP code with five digits.'],
  ])('refuses %s, and repeats nothing that was typed', async (_, change, problem) => {
    const now = () => Date.parse('2070-01-01T00:00:00Z')
    const { connect, post, simulator } = await setUpAuthorized(change['expires'] === '12/69' ? { now } : {})
    const form = { ...CARD_FORM, number: '4403930000000011', street_line_1: '18 Harbor View Rd', ...change }
    const response = await post(`${await connect()}/card`, form)
    const page = await response.text()
    expect([response.status, page]).toEqual([422, expect.stringContaining(problem)])
    for (const typed of ['4403930000000011', '4111111111111111', 'Harbor']) expect(page).not.toContain(typed)
    expect(simulator.cards()).toEqual([])
  })

  it('takes a card through the last day of its month', async () => {
    let now = Date.parse('2029-08-31T23:59:59Z')
    const { add, simulator } = await setUpAuthorized({ now: () => now })
    expect((await add('approved')).status).toBe(303)
    now += 1000
    expect((await add('approved')).status).toBe(422)
    expect(simulator.cards()).toHaveLength(1)
  })

  it('keeps of the number no more than the last four digits, and nothing of the security code', async () => {
    const saved: SimulatorState[] = []
    const { add, simulator } = await setUpAuthorized({ onChange: (state) => void saved.push(state) })
    await add('flagged', { security_code: '975' })
    expect(simulator.cards()).toMatchObject([{ last_four_digits: '0015' }])
    const everything = JSON.stringify([saved, simulator.requests])
    expect(everything).not.toMatch(/4758|"975"/)
  })
})

describe('the list of cards', () => {
  it('has the members that integrators read, the newest card first', async () => {
    const { add, cards } = await setUpAuthorized({ now: () => Date.parse('2026-02-03T10:15:00Z') })
    await add('approved')
    await add('pending', { street_line_2: 'Apt 4' })
    const { count, cards: listed } = await cards()
    expect(count).toBe(2)
    expect(listed[0]).toEqual({
      id: expect.stringMatching(/^\w{37}$/) as string,
      status: 'pending',
      review_status: null,
      card_company: 'mastercard',
      card_type: 'debit',
      first_six_digits: '510805',
      last_four_digits: '0013',
      expiration_date: '08/29',
      first_name: 'Rosa',
      last_name: 'Lindqvist',
      street_line_1: '18 Harbor View Rd',
      street_line_2: 'Apt 4',
      city: 'Oakland',
      state: 'CA',
      zip_code: '94607',
      address_verified: false,
      pull_enabled: false,
      push_enabled: false,
      created: '2026-02-03T10:15:00.000Z',
      removed: null,
    })
    expect(listed[1]).toMatchObject({ status: 'approved', last_four_digits: '4242', pull_enabled: true })
  })

  it.each([
    ['approved', 'approved', 'approved'],
    ['flagged', 'flagged', 'flagged'],
    ['declined', 'rejected', 'rejected'],
    ['pending', 'pending', 'approved'],
    ['pending-declined', 'pending', 'rejected'],
  ] as const)('tells of the card "%s" first %s and after a while %s', async (card, first, later) => {
    const { add, statuses, simulator } = await setUpAuthorized()
    await add(card)
    expect(await statuses()).toEqual([first])
    simulator.advance(8_000)
    expect(await statuses()).toEqual([later])
  })

  it('is open to the owner of a live access token alone', async () => {
    const { add, call, create, consent, exchange } = await setUpAuthorized()
    await add('approved')
    const other = { ...MIA, email: 'other@example.com', phone: '+14155550144' }
    await create(other)
    const tokens = await exchange(
      await consent({ ...other, email: 'third@example.com', phone: '+14155550145' }),
    )
    const authorization = `Bearer ${String(tokens['access_token'])}`
    expect((await call('GET', '/v1/cards', undefined, authorization)).body).toEqual({ count: 0, cards: [] })
    expect((await call('GET', '/v1/cards')).status).toBe(401)
  })

  it('follows what the partner decides about a flagged card', async () => {
    const { add, cards, simulator } = await setUpAuthorized({ now: () => Date.parse('2026-02-03T10:15:00Z') })
    await add('flagged')
    const id = simulator.cards()[0]?.id ?? ''
    simulator.setCardStatus(id, 'approved')
    expect((await cards()).cards).toMatchObject([{ status: 'approved', removed: null }])
    simulator.setCardStatus(id, 'removed')
    expect((await cards()).cards).toMatchObject([{ status: 'removed', removed: '2026-02-03T10:15:00.000Z' }])
    expect(() => simulator.setCardStatus('x', 'approved')).toThrow('[astra] simulator: no card x.')
  })
})

it('tells of a new card and of every change of it, by the ids of the card and its User', async () => {
  const { add, simulator } = await setUpAuthorized({ webhooks: { url: 'https://bank.test/webhook' } })
  await add('pending')
  simulator.advance(8_000)
  simulator.setCardStatus(simulator.cards()[0]?.id ?? '', 'approved')
  const news = simulator.webhooks.pending().map(({ webhook }) => webhook)
  const ofCard = {
    webhook_type: 'card_updated',
    user_id: simulator.users()[0]?.id,
    resource_id: simulator.cards()[0]?.id,
  }
  expect(news.filter(({ webhook_type }) => webhook_type === 'card_updated')).toMatchObject([ofCard, ofCard])
})

it('goes on with cards that an earlier version has saved', async () => {
  const saved: SimulatorState[] = []
  const before = await setUpAuthorized({ onChange: (state) => void saved.push(state) })
  await before.add('approved')
  const state = saved.at(-1) as SimulatorState
  const { id, userId, status, last_four_digits, expiration_date, created } = state.cards[0] ?? {}
  const old = { id, userId, status, last_four_digits, expiration_date, created } as SimulatorState['cards'][0]
  const { simulator } = setUp({ state: { ...state, cards: [old] } })
  expect(simulator.cards()).toMatchObject([{ id, testCard: 'approved', pendingUntil: null, removed: null }])
})
