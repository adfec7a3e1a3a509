import { describe, expect, it } from 'vitest'
import { BASIC, MIA, REDIRECT_URI, setUp } from './client.ts'

const DAY = 24 * 60 * 60 * 1000
const ROUTE = '/v1/business_profile'
const ADA = { first_name: 'Ada', last_name: 'Novak' }
const BAKERY = {
  phone: '+14155550160',
  email: 'ada@example.com',
  business_info: { business_type: 'llc', business_name: 'Novak Bakery', ein: '123456789', state: 'CA' },
  business_admin: { ...ADA, date_of_birth: '1980-02-03', title: 'CEO' },
  business_controller: ADA,
}
const LINK = { business: 'true', phone: '4155550160' }

function setUpWithProfiles() {
  const client = setUp()
  const profile = async (body: object = BAKERY) => {
    const answer = await client.call('POST', ROUTE, body)
    return { ...answer, id: String(answer.body['id']) }
  }
  /** A business User whose contact has this first name, and the visit. */
  const convert = async (first_name = 'Ada') => {
    const { id } = await profile({ ...BAKERY, first_name })
    const path = await client.authenticate({ ...LINK, business_profile_id: id })
    return { id, path, user: client.simulator.users()[0] }
  }
  return { ...client, profile, convert }
}

describe('a business profile', () => {
  it('is created, and read without its owners', async () => {
    const { profile, call } = setUpWithProfiles()
    const { status, id, body } = await profile()
    expect([status, Object.keys(body)]).toEqual([201, ['id']])
    expect(await call('GET', `${ROUTE}/${id}`)).toEqual({
      status: 200,
      body: {
        id,
        phone: '+14155550160',
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Novak',
        kyb_type: 'verified',
        business_info: BAKERY.business_info,
      },
    })
  })

  it('is for the client alone', async () => {
    const { profile, call } = setUpWithProfiles()
    const { id } = await profile()
    expect((await call('POST', ROUTE, BAKERY, 'Basic x')).status).toBe(401)
    expect((await call('GET', `${ROUTE}/${id}`, undefined, 'Basic x')).status).toBe(401)
    expect((await call('GET', `${ROUTE}/other`, undefined, BASIC)).status).toBe(404)
  })

  it('exists three times for a phone at most', async () => {
    const { profile } = setUpWithProfiles()
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await profile()).status)
    expect(statuses).toEqual([201, 201, 201, 400])
    expect((await profile({ ...BAKERY, phone: '+14155550161' })).status).toBe(201)
  })

  it('needs no controller when it is a sole proprietorship', async () => {
    const { business_controller: _, ...sole } = BAKERY
    const business_info = { ...BAKERY.business_info, business_type: 'soleProprietorship' }
    const { profile } = setUpWithProfiles()
    expect((await profile({ ...sole, business_info })).status).toBe(201)
    expect((await profile(sole)).body['description']).toEqual({
      business_controller: ['This field is required.'],
    })
  })

  it.each<[string, object, object]>([
    ['no phone', { phone: undefined }, { phone: ['This field is required.'] }],
    ['a phone without country code', { phone: '4155550160' }, { phone: ['This field is invalid.'] }],
    ['an unknown member', { metadata: {} }, { metadata: ['Unknown field.'] }],
    [
      'an unknown kyb_type',
      { kyb_type: 'none' },
      { kyb_type: ['Not one of receive-only, unverified, verified.'] },
    ],
    ['no business', { business_info: undefined }, { business_info: ['This field is required.'] }],
    [
      'a business without a name',
      { business_info: { business_type: 'llc' } },
      { 'business_info.business_name': ['This field is required.'] },
    ],
    [
      'an unknown member of a person',
      { business_admin: { ...ADA, ssn: '1234' } },
      { 'business_admin.ssn': ['Unknown field.'] },
    ],
    [
      'an owner without a name',
      { beneficial_owners: [ADA, { first_name: 'Eva' }] },
      { 'beneficial_owners.1.last_name': ['This field is required.'] },
    ],
    ['owners that are no list', { beneficial_owners: ADA }, { beneficial_owners: ['Not a list.'] }],
  ])('is refused with %s', async (_, change, description) => {
    const { profile, simulator } = setUpWithProfiles()
    const { status, body } = await profile({ ...BAKERY, ...change })
    expect([status, body['description']]).toEqual([400, description])
    expect(simulator.businessProfiles()).toEqual([])
  })
})

describe('a business in the module', () => {
  it('becomes a User under review for a day, and may consent meanwhile', async () => {
    const { convert, screen, simulator, send } = setUpWithProfiles()
    const { id, path, user } = await convert()
    expect(user).toMatchObject({ business: true, status: 'pending', first_name: 'Ada', phone: BAKERY.phone })
    expect(simulator.businessProfiles()[0]).toMatchObject({ id, user_id: user?.id })
    expect(await screen(path)).toBe('Allow access')
    simulator.advance(DAY - 1)
    await send('/')
    expect(simulator.users()[0]?.status).toBe('pending')
    simulator.advance(1)
    await send('/')
    expect(simulator.users()[0]?.status).toBe('approved')
  })

  it('gets tokens for its User', async () => {
    const { profile, authorize, exchange, user } = setUpWithProfiles()
    const query = await authorize({ ...LINK, business_profile_id: (await profile()).id })
    const tokens = await exchange(query.get('authorization_code') ?? '')
    expect((await user(tokens['access_token'])).body).toMatchObject({
      email: 'ada@example.com',
      status: 'pending',
    })
  })

  it('without a profile describes itself there', async () => {
    const { authenticate, screen, post, simulator } = setUpWithProfiles()
    const path = await authenticate(LINK)
    expect(await screen(path)).toBe('Tell us about your business')
    const form = { business_name: 'Novak Bakery', ...ADA }
    expect((await post(`${path}/business`, form)).status).toBe(422)
    await post(`${path}/business`, { ...form, email: 'ada@example.com' })
    expect(await screen(path)).toBe('Allow access')
    expect(simulator.users()).toMatchObject([{ business: true, phone: BAKERY.phone, first_name: 'Ada' }])
  })

  it('comes again by its user_id', async () => {
    const { convert, authorize, exchange, simulator } = setUpWithProfiles()
    const { user } = await convert()
    const query = await authorize({ user_id: user?.id ?? '', phone: '4155550160' })
    expect(await exchange(query.get('authorization_code') ?? '')).toMatchObject({ status: 200 })
    expect(simulator.users()).toHaveLength(1)
  })

  it('skips phone and SMS code with a session token for its profile, without business=true', async () => {
    const { profile, call, enter, screen, simulator } = setUpWithProfiles()
    const { id } = await profile()
    const answer = await call('POST', '/v1/partner/identity/verification', {
      client_id: 'simulator',
      business_profile_id: id,
    })
    const { path } = await enter({
      business_profile_id: id,
      session_token: String(answer.body['token']),
    })
    expect(await screen(path)).toBe('Allow access')
    expect(simulator.users()).toMatchObject([{ business: true }])
  })

  it.each<[string, Record<string, string>, string]>([
    ['an unknown profile', { business: 'true', business_profile_id: 'x' }, 'No such business_profile_id.'],
    ['another value of business', { business: '1' }, 'business must be true.'],
  ])('is not let in with %s', async (_, parameters, problem) => {
    const { status, page } = await setUpWithProfiles().enter(parameters)
    expect([status, page.includes(problem)]).toEqual([400, true])
  })

  it('is not let in with a profile alone, nor with a user intent', async () => {
    const { profile, create, enter } = setUpWithProfiles()
    const alone = await enter({ business_profile_id: (await profile()).id })
    expect([alone.status, alone.page.includes('needs business=true')]).toEqual([400, true])
    const mixed = await enter({ business: 'true', user_intent_id: (await create(MIA)).id })
    expect([mixed.status, mixed.page.includes('not for a business')]).toEqual([400, true])
  })

  it('is not let in with a phone that is not that of the profile, and cannot type another', async () => {
    const { profile, enter, authenticate, screen, simulator } = setUpWithProfiles()
    const { id } = await profile()
    const parameters = { business: 'true', business_profile_id: id }
    const { page } = await enter({ ...parameters, phone: '4155550161' })
    expect(page).toContain('Token Authentication Required')
    const path = await authenticate(parameters, '4155550161')
    expect(simulator.users()).toEqual([])
    expect(await screen(path)).toBe('Enter the code')
  })
})

describe('the verification of a business', () => {
  /** Enters by one of the links for Users and confirms the phone. */
  async function verify(first_name: string, link: string) {
    const client = setUpWithProfiles()
    await client.convert(first_name)
    const entered = await client.open(link, { state: 's' })
    const path = entered.headers.get('location') ?? ''
    await client.confirmPhone(path, '4155550160')
    return { ...client, path }
  }
  const RETURNED = `${REDIRECT_URI}?state=s`

  it('takes a correction by its tax number', async () => {
    const { path, screen, post, simulator } = await verify('Retry', '/verify/business')
    expect(await screen(path)).toBe("Check your business's details")
    expect((await post(`${path}/correction`, { ssn: '123456789' })).status).toBe(422)
    await post(`${path}/correction`, { ein: '123456789' })
    expect(simulator.users()[0]?.status).toBe('approved')
    expect(await screen(path)).toBe(RETURNED)
  })

  it('takes a photo ID on the screen that people have too', async () => {
    const { path, screen, post, simulator } = await verify('Document', '/verify/document')
    expect(await screen(path)).toBe('Send a photo of your ID')
    await post(`${path}/document`)
    expect(simulator.users()[0]?.status).toBe('approved')
    expect(await screen(path)).toBe(RETURNED)
  })

  it('does not happen on the screen for people', async () => {
    const { path, screen, simulator } = await verify('Retry', '/verify/personal')
    expect(await screen(path)).toBe(RETURNED)
    expect(simulator.users()[0]?.status).toBe('retry')
  })

  it('is not for a person', async () => {
    const { create, authenticate, open, confirmPhone, screen } = setUpWithProfiles()
    const { id } = await create({ ...MIA, first_name: 'Retry' })
    await authenticate({ user_intent_id: id, phone: '4155550143' })
    const path = (await open('/verify/business', {})).headers.get('location') ?? ''
    await confirmPhone(path, '4155550143')
    expect(await screen(path)).toBe(REDIRECT_URI)
  })
})
