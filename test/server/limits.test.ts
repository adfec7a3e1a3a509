import { describe, expect, it } from 'vitest'
import { isAstraError } from '../../src/core/errors.ts'
import type { Profile } from '../../src/core/profile.ts'
import { newAttemptId } from '../../src/server/attempt.ts'
import { refund, spendPerson } from '../../src/server/budget.ts'
import type { ProxyContext } from '../../src/server/context.ts'
import type { Customer } from '../../src/server/customer.ts'
import { createKeyedHash } from '../../src/server/keyed-hash.ts'
import { limitAddress, limitFlows, personHashes, spendDay } from '../../src/server/limits.ts'
import type { AstraProxyOptions, AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
const PROFILE: Profile = ROSA
const key = (byte: number) => new Uint8Array(32).fill(byte)

interface Created {
  customerId?: string
  ipAddress?: string
  profile?: Partial<Profile>
}

/** One storage, as many instances as asked for, one clock. */
function setUp(options: { storage?: AstraStorage; keys?: Uint8Array<ArrayBuffer>[] } = {}) {
  const storage = options.storage ?? memoryStorage()
  const clock = { now: Date.parse('2026-11-23T18:20:00Z') }
  const instance = (keys = options.keys ?? [key(1)]) =>
    ({
      storage,
      now: () => clock.now,
      clock: async () => clock.now,
      keyedHash: createKeyedHash(keys),
      options: {},
    }) as unknown as ProxyContext
  const context = instance()
  const customers = new Map<string, Customer['creations']>()
  let attempts = 0
  let last = ''
  /** Answers the seconds to wait when it was refused. */
  const create = async (created: Created = {}, at = context): Promise<number | null> => {
    attempts += 1
    const attemptId = (last = newAttemptId({ now: () => clock.now }))
    const customerId = created.customerId ?? `customer-${attempts}`
    const ipAddress = created.ipAddress ?? `192.0.2.${attempts}`
    const persons = await personHashes(at, { ...PROFILE, ...created.profile })
    return secondsRefused(async () => {
      const creations = spendDay(at, { creations: customers.get(customerId) ?? null })
      const spending = { attemptId, hashes: persons, isTakenForNew: false }
      while (!(await storage.commit(await spendPerson(at, spending))));
      customers.set(customerId, creations)
      await limitAddress(at, ipAddress)
    })
  }
  const somebody = () => ({
    profile: { firstName: String(attempts).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '') },
  })
  return { storage, clock, context, instance, create, somebody, last: () => last }
}

async function secondsRefused(work: () => Promise<unknown>): Promise<number | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!isAstraError(error, 'too_many_requests') && !isAstraError(error, 'intent_limit_reached')) throw error
    return error.retryAfterSeconds ?? -1
  }
}

it('lets a customer open thirty flows an hour, and says to the second when the next is due', async () => {
  const { context, clock } = setUp()
  for (let flow = 0; flow < 30; flow++) await limitFlows(context, 'customer-1')
  expect(await secondsRefused(() => limitFlows(context, 'customer-1'))).toBe(40 * 60)
  expect(await secondsRefused(() => limitFlows(context, 'customer-2'))).toBeNull()
  clock.now += 40 * 60 * 1000 - 1
  expect(await secondsRefused(() => limitFlows(context, 'customer-1'))).toBe(1)
  clock.now += 1
  expect(await secondsRefused(() => limitFlows(context, 'customer-1'))).toBeNull()
})

it('stops a search for the last four digits: of 200 attempts at one identity three pass in 30 days', async () => {
  const { create, clock } = setUp()
  let passed = 0
  for (let attempt = 0; attempt < 200; attempt++) {
    const profile = {
      ssnLast4: String(attempt).padStart(4, '0'),
      email: `fresh-${attempt}@example.com`,
      phone: `+1415555${String(attempt).padStart(4, '0')}`,
      address1: `${attempt} Harbor View Rd`,
      firstName: ['Rosa', 'ROSA', 'Rósa', ' rosa '][attempt % 4] ?? '',
    }
    if ((await create({ profile })) === null) passed++
    clock.now += HOUR / 10
  }
  expect(passed).toBe(3)
})

describe('a person', () => {
  const names = (firstName: string, lastName: string, more: Partial<Profile> = {}) => ({
    profile: { firstName, lastName, ...more },
  })

  it.each([
    ['Rosa Mae Lee', 'Lindqvist'],
    ['Rosa Mae', 'Lee Lindqvist'],
    ['Rosa', 'Mae Lee Lindqvist'],
    ['Rosa M.', 'Lindqvist'],
    ['Rosa-Mae', 'Lee-Lindqvist'],
    ['ROSA', 'lindqvist Jr.'],
    ['Rosa', 'Lindqvist III'],
    ['Rosa Lindqvist', 'Sr'],
    ['Rósa', 'Líndqvist, iv'],
    ['R’osa', "Lind'qvist"],
    ['Rosa Mae Lindqvist', 'Lindqvist'],
    ['Ro sa', 'Lind qvist'],
    ['R-osa', 'Lind-qvist'],
    ['Rosa', 'Lindq Vist'],
  ])('is the same as Rosa Lindqvist when written as %s | %s', async (firstName, lastName) => {
    const { create } = setUp()
    for (let attempt = 0; attempt < 3; attempt++) expect(await create()).toBeNull()
    expect(await create(names(firstName, lastName))).not.toBeNull()
  })

  it('is found by no boundary between first and last name: of twelve attempts three pass', async () => {
    const harness = createHarness()
    const written = [
      ['Rosa Mae Lee', 'Lindqvist'],
      ['Rosa Mae', 'Lee Lindqvist'],
      ['Rosa', 'Mae Lee Lindqvist'],
    ]
    const statuses: number[] = []
    for (let index = 0; index < 12; index++) {
      const [firstName = '', lastName = ''] = written[index % 3] ?? []
      const email = `fresh-${index}@example.com`
      const profile = { ...ROSA, firstName, lastName, email, ssnLast4: String(1000 + index) }
      statuses.push((await harness.browser(`customer-${index}`).submit(profile)).status)
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(3)
  })

  it('is the same under the same address where no date of birth is asked for', async () => {
    const { create } = setUp()
    const more = { dateOfBirth: '' }
    for (let attempt = 0; attempt < 3; attempt++) await create(names('Rosa Mae', 'Lindqvist', more))
    expect(await create(names('Rosa', 'Mae Lindqvist', more))).not.toBeNull()
  })

  it.each([
    ['Rusa', 'Lindqvist'],
    ['Rosa', 'Lindqvist-Moe'],
    ['Mae Rosa', 'Lindqvist'],
    ['Ken', 'Ii'],
    ['Rosa', 'Iii Moe'],
  ])('is somebody else than Rosa Lindqvist as %s | %s', async (firstName, lastName) => {
    const { create } = setUp()
    for (let attempt = 0; attempt < 3; attempt++) await create()
    expect(await create(names(firstName, lastName))).toBeNull()
  })
})

it('lets the fourth attempt at a person pass when the first is 30 days old, and not a moment before', async () => {
  const { create, clock } = setUp()
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(await create()).toBeNull()
    clock.now += 10 * DAY - 1
  }
  expect(await create()).toBe(1)
  clock.now += 3
  expect(await create()).toBeNull()
  expect(await create()).toBe(Math.ceil((10 * DAY - 4) / 1000))
})

it('does not count for a person what a clock far ahead has written', async () => {
  const { create, clock } = setUp()
  clock.now += 365 * DAY
  for (let attempt = 0; attempt < 3; attempt++) await create()
  clock.now -= 364 * DAY
  expect(await create()).toBeNull()
})

it('counts nobody for another: other names, other birthdays, and without one other addresses', async () => {
  const { create } = setUp()
  const people: Partial<Profile>[] = [
    {},
    { lastName: 'Lindqvist-Moe' },
    { dateOfBirth: '1991-11-05' },
    { dateOfBirth: '' },
    { dateOfBirth: '', address1: '20 Harbor View Rd' },
  ]
  for (const profile of people) for (let attempt = 0; attempt < 3; attempt++) await create({ profile })
  for (const profile of people) expect(await create({ profile })).not.toBeNull()
  expect(await create({ profile: { dateOfBirth: '', address1: '22 Harbor View Rd' } })).toBeNull()
})

it('gives a creation back that Astra never saw, once', async () => {
  const { context, storage, create, last } = setUp()
  const [hash] = await personHashes(context, PROFILE)
  const attempt = () => ({ id: last(), data: { emailHash: '', personHash: hash } })
  for (let press = 0; press < 20; press++) {
    expect(await create()).toBeNull()
    await storage.commit(await refund(context, [attempt()]))
    expect(await refund(context, [attempt()])).toEqual([])
  }
  expect(await storage.get('budget', `person/${hash}`)).toBeNull()
})

it('lets a customer create ten times a day, for whomever', async () => {
  const { create, somebody } = setUp()
  for (let attempt = 0; attempt < 10; attempt++)
    expect(await create({ customerId: 'customer-1', ...somebody() })).toBeNull()
  expect(await create({ customerId: 'customer-1', ...somebody() })).toBe((5 * 60 + 40) * 60)
  expect(await create({ customerId: 'customer-2', ...somebody() })).toBeNull()
})

it('counts on when a clock is a little behind, and says to the second when the day is over', async () => {
  const { context, clock } = setUp()
  let creations: Customer['creations'] = null
  for (let attempt = 0; attempt < 10; attempt++) creations = spendDay(context, { creations })
  clock.now -= 2 * HOUR
  expect(await secondsRefused(async () => spendDay(context, { creations }))).toBe((7 * 60 + 40) * 60)
  clock.now -= DAY
  expect(await secondsRefused(async () => spendDay(context, { creations }))).toBe((31 * 60 + 40) * 60)
  clock.now -= 30 * DAY
  expect(spendDay(context, { creations })).toEqual({ day: Math.floor(clock.now / DAY), count: 1 })
  clock.now = Date.parse('2026-11-24T00:00:00Z')
  expect(spendDay(context, { creations })).toEqual({ day: clock.now / DAY, count: 1 })
})

it('lets sixty creations an hour come from one address, and a refused customer uses none of them up', async () => {
  const { create, somebody } = setUp()
  const ipAddress = '192.0.2.7'
  for (let attempt = 0; attempt < 40; attempt++)
    await create({ ipAddress, customerId: 'customer-1', ...somebody() })
  for (let attempt = 0; attempt < 50; attempt++) expect(await create({ ipAddress, ...somebody() })).toBeNull()
  expect(await create({ ipAddress, ...somebody() })).toBe(40 * 60)
  expect(await create({ ipAddress: '192.0.2.8', ...somebody() })).toBeNull()
})

describe('a creation that Astra did not take', () => {
  const CREATE = 'POST /v1/user_intent'
  const REFUSED = { network: 'refused' as const }
  const limited = (proxy: Partial<AstraProxyOptions> = {}) =>
    createHarness({ proxy: { limits: { creationsPerAddressAndHour: 3 }, ...proxy } })
  /** Somebody else behind the same address, each time. */
  const submit = (harness: Harness, index: number) =>
    harness.browser(`customer-${index}`).submit({
      ...ROSA,
      firstName: 'abcdefghijklmnopqrstuvwxyz'[index] ?? '',
      email: `rosa-${index}@example.com`,
    })
  const statuses = async (harness: Harness, from: number, to: number) => {
    const found: number[] = []
    for (let index = from; index < to; index++) found.push((await submit(harness, index)).status)
    return found
  }

  it.each([REFUSED, { status: 401 }, { status: 429 }])(
    'does not count for its address: %j',
    async (fault) => {
      const harness = limited()
      harness.simulator.failNext(CREATE, fault, 3)
      await statuses(harness, 0, 3)
      expect(await statuses(harness, 3, 7)).toEqual([201, 201, 201, 429])
    },
  )

  it.each([{ status: 400 }, { status: 503 }, { network: 'before' as const }])(
    'counts for its address when it may have been looked at: %j',
    async (fault) => {
      const harness = limited()
      harness.simulator.failNext(CREATE, fault, 3)
      await statuses(harness, 0, 3)
      expect(await statuses(harness, 3, 4)).toEqual([429])
    },
  )

  it('lets no more pass for it, however many come at the same moment', async () => {
    const harness = limited()
    harness.simulator.failNext(CREATE, REFUSED, 2)
    await statuses(harness, 0, 2)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => submit(harness, 2 + index)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(harness.simulator.intents()).toHaveLength(3)
    expect(await statuses(harness, 22, 23)).toEqual([429])
  })

  it('is given back to the hour that it was counted in', async () => {
    let isFirst = true
    const harness: Harness = limited({
      fetch: async (request) => {
        if (isFirst) harness.advance(HOUR)
        isFirst = false
        return harness.simulator.fetch(request)
      },
    })
    harness.simulator.failNext(CREATE, REFUSED)
    await statuses(harness, 0, 1)
    expect(await statuses(harness, 1, 5)).toEqual([201, 201, 201, 429])
  })

  it('leaves no trace a day after its hour', async () => {
    const storage = recordingStorage()
    const harness = limited({ storage })
    harness.simulator.failNext(CREATE, REFUSED)
    await submit(harness, 0)
    const left = async () => {
      await harness.proxy.maintain()
      return (await storage.dump()).filter(({ id }) => id.startsWith('address/')).map(({ data }) => data)
    }
    expect(await left()).toEqual([{ refunded: 1 }])
    harness.advance(2 * DAY)
    expect(await left()).toEqual([])
  })
})

it('counts once, however often the commit has to be tried', async () => {
  const memory = memoryStorage()
  const keys: string[] = []
  let conflicts = 5
  const storage: AstraStorage = {
    ...memory,
    commit: async (changes) => (conflicts-- > 0 ? false : memory.commit(changes)),
    increment: (name, span) => (keys.push(name), memory.increment(name, span)),
  }
  const { create } = setUp({ storage })
  expect(await create({ customerId: 'customer-1' })).toBeNull()
  expect(keys).toEqual([expect.stringMatching(/^address\/[\da-f]{8}\.[\da-f]{32}$/)])
})

it('counts twenty clicks of one customer as one creation of their address', async () => {
  const memory = memoryStorage()
  let counts = 0
  const increment: AstraStorage['increment'] = (name, span) => {
    if (name.startsWith('address/')) counts += 1
    return memory.increment(name, span)
  }
  const harness = createHarness({ proxy: { storage: { ...memory, increment } } })
  await Promise.all(Array.from({ length: 20 }, () => harness.browser().submit()))
  expect(counts).toBe(1)
})

it('counts nothing for a person who is refused', async () => {
  const memory = memoryStorage()
  let increments = 0
  const storage: AstraStorage = {
    ...memory,
    increment: (name, span) => (increments++, memory.increment(name, span)),
  }
  const { create } = setUp({ storage })
  for (let attempt = 0; attempt < 3; attempt++) await create()
  expect(await create()).not.toBeNull()
  expect(increments).toBe(3)
})

it('holds over instances that create at the same moment', async () => {
  const { create, instance } = setUp()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => create({}, instance())))
  expect(outcomes.filter((seconds) => seconds === null)).toHaveLength(3)
})

describe('of what one instance has counted, another refuses the next', () => {
  const limits = { flowsPerHour: 3, creationsPerAddressAndHour: 3 }
  const two = () => {
    const harness = createHarness({ proxy: { limits } })
    return [harness, harness.instance({ proxy: { limits } })] as const
  }
  const refused = [429, { error: expect.objectContaining({ code: 'too_many_requests' }) as unknown }]

  it('flow of a customer', async () => {
    const [first, second] = two()
    const open = async (instance: Harness) => {
      const body = { goal: 'onboard', presentation: 'popup', returnTo: 'https://bank.test/' }
      const response = await instance.browser().request('POST', '/flows', { body })
      return [response.status, await response.json()]
    }
    await first.browser().submit()
    for (const instance of [first, second, first]) expect((await open(instance))[0]).toBe(201)
    expect(await open(second)).toEqual(refused)
    expect(await open(first)).toEqual(refused)
  })

  it('creation from an address', async () => {
    const [first, second] = two()
    const submit = async (instance: Harness, firstName: string) => {
      const somebody = { ...ROSA, firstName, email: `${firstName}@example.com` }
      const { status, body } = await instance.browser(`customer-${firstName}`).submit(somebody)
      return [status, body]
    }
    for (const name of ['Ada', 'Bea', 'Cid']) expect((await submit(first, name))[0]).toBe(201)
    expect(await submit(second, 'Dov')).toEqual(refused)
  })
})

it('remembers a person when the keys are rotated', async () => {
  const { create, instance } = setUp({ keys: [key(1)] })
  for (let attempt = 0; attempt < 3; attempt++) await create()
  expect(await create({}, instance([key(2), key(1)]))).not.toBeNull()
})

it('stores nothing that tells who it was', async () => {
  const memory = memoryStorage()
  const written: unknown[] = []
  const storage: AstraStorage = {
    ...memory,
    commit: (changes) => (written.push(changes), memory.commit(changes)),
    increment: (name, span) => (written.push(name), memory.increment(name, span)),
  }
  const { create } = setUp({ storage })
  await create({ ipAddress: '198.51.100.7' })
  const text = JSON.stringify(written).toLowerCase()
  for (const trace of ['rosa', 'lindqvist', '1991', '1104', 'harbor', '94607', '198.51', '4821']) {
    expect(text).not.toContain(trace)
  }
  expect(written).toHaveLength(2)
})

it('counts all addresses of one IPv6 network as one, and another network for itself', async () => {
  const { create, somebody } = setUp()
  for (let host = 1; host <= 60; host++)
    expect(await create({ ipAddress: `2a02:8071:1:2::${host.toString(16)}`, ...somebody() })).toBeNull()
  expect(await create({ ipAddress: '2a02:8071:1:2:aaaa::1', ...somebody() })).toBe(40 * 60)
  expect(await create({ ipAddress: '2a02:8071:1:3::1', ...somebody() })).toBeNull()
})

it('lets nobody make Astra be asked more than thirty times an hour by corrections that are refused', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Pending' })
  const reads = () =>
    harness.simulator.requests.filter(({ route }) => route === 'GET /v1/user_intent/:id').length
  const refusals = new Set<string | undefined>()
  for (let press = 0; press < 60; press++)
    refusals.add((await browser.correct({ ...ROSA, firstName: 'Pending' })).body.error?.code)
  expect(refusals).toEqual(new Set([undefined, 'intent_limit_reached', 'too_many_requests']))
  expect(reads()).toBeLessThanOrEqual(30)
  harness.advance(HOUR)
  expect((await browser.correct()).body.error?.code).toBe('intent_limit_reached')
})
