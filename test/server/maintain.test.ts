import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import { readCustomer } from '../../src/server/customer.ts'
import type { Customer } from '../../src/server/customer.ts'
import type { AstraStorage, Change, CustomerChange, StoredRecord } from '../../src/server/index.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const OLD_KEY = 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0='
const NEW_KEY = 'bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0='

const NOTHING = {
  attemptsClosed: 0,
  customersRead: 0,
  tokensRenewed: 0,
  tokensResealed: 0,
  authorizationsEnded: 0,
  failed: 0,
}

const grants = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token').length
const userId = ({ simulator }: Harness) => simulator.users()[0]?.id ?? ''

/** What maintenance has done for customers; flows come and go besides. */
async function maintained({ proxy }: Harness) {
  const { recordsPurged: _, ...done } = await proxy.maintain()
  return done
}

/** A customer whose authorization nobody has anything to do for. */
async function onboarded(harness = createHarness()) {
  await harness.browser().onboard()
  harness.advance(MINUTE)
  await harness.proxy.maintain()
  return harness
}

it('does nothing when there is nothing to do', async () => {
  const storage = recordingStorage()
  const harness = await onboarded(createHarness({ proxy: { storage } }))
  const [writes, requests] = [storage.writes.length, harness.simulator.requests.length]
  harness.advance(MINUTE)
  expect(await maintained(harness)).toEqual(NOTHING)
  expect([storage.writes.length, harness.simulator.requests.length]).toEqual([writes, requests])
})

it('counts a creation without an answer as unknown after a minute', async () => {
  let arrived = () => {}
  const sent = new Promise<void>((resolve) => (arrived = resolve))
  const fetch = () => (arrived(), new Promise<never>(() => {}))
  const harness = createHarness({ proxy: { fetch } })
  void harness.browser().submit()
  await sent
  const state = async () => {
    const [attempt] = await harness.storage.find('attempt', 'customer', 'customer-1')
    return (attempt?.data as Attempt | undefined)?.state
  }
  harness.advance(MINUTE - 1)
  expect(await maintained(harness)).toEqual(NOTHING)
  expect(await state()).toBe('sent')
  harness.advance(1)
  expect(await maintained(harness)).toEqual({ ...NOTHING, attemptsClosed: 1 })
  expect(await state()).toBe('unknown')
  expect(await harness.browser().status()).toMatchObject({ creationUnknown: true })
  expect(await maintained(harness)).toEqual(NOTHING)
})

describe('authorizations', () => {
  it('are renewed from their fifth day on, so that they outlive ten days without a visit', async () => {
    const harness = await onboarded()
    harness.advance(4 * DAY - MINUTE)
    expect(await maintained(harness)).toEqual(NOTHING)
    harness.advance(DAY)
    expect(await maintained(harness)).toEqual({ ...NOTHING, tokensRenewed: 1 })
    expect(await maintained(harness)).toEqual(NOTHING)
    harness.advance(9 * DAY)
    expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  })

  it.each([5, 7, 9])('are renewed when maintenance comes back after %i days', async (days) => {
    const harness = await onboarded()
    harness.advance(days * DAY)
    expect(await harness.proxy.maintain()).toMatchObject({ tokensRenewed: 1, failed: 0 })
    harness.advance(9 * DAY)
    expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  })

  it('stay as they are when the clock is set back', async () => {
    const harness = await onboarded()
    harness.advance(-30 * DAY)
    expect(await maintained(harness)).toEqual(NOTHING)
    expect(grants(harness)).toBe(1)
  })

  it('are told to the partner when they turn out to be dead', async () => {
    const changes: CustomerChange[] = []
    const harness = await onboarded(
      createHarness({ proxy: { onChange: (change) => void changes.push(change) } }),
    )
    harness.simulator.expire(userId(harness), 'authorization')
    harness.advance(5 * DAY)
    expect(await maintained(harness)).toEqual({ ...NOTHING, authorizationsEnded: 1 })
    expect(changes.at(-1)).toEqual({
      customerId: 'customer-1',
      step: { name: 'hosted-flow', flow: 'authorize', reason: 'again' },
      status: 'approved',
    })
  })

  it('are counted once when they turn out to be dead, whoever has found out', async () => {
    const harness = await onboarded()
    harness.simulator.expire(userId(harness), 'authorization')
    harness.advance(3 * HOUR)
    await harness.browser().status()
    expect(await harness.instance().proxy.maintain()).toMatchObject({ authorizationsEnded: 0 })
    expect(await harness.proxy.maintain()).toMatchObject({ authorizationsEnded: 1, failed: 0 })
    expect(await maintained(harness)).toEqual(NOTHING)
  })

  it('are told to the partner when somebody else has found out that they are dead', async () => {
    const changes: CustomerChange[] = []
    const harness = await onboarded(
      createHarness({ proxy: { onChange: (change) => void changes.push(change) } }),
    )
    harness.simulator.expire(userId(harness), 'authorization')
    harness.advance(3 * HOUR)
    await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    await harness.proxy.maintain()
    await harness.proxy.maintain()
    expect(changes.slice(-1)).toMatchObject([{ step: { name: 'hosted-flow', reason: 'again' } }])
  })

  it('are counted as failed during an outage, and renewed by the next call', async () => {
    const harness = await onboarded()
    harness.advance(5 * DAY)
    harness.simulator.failNext('POST /v1/oauth/token', { status: 503 })
    expect(await maintained(harness)).toEqual({ ...NOTHING, failed: 1 })
    expect(await maintained(harness)).toEqual({ ...NOTHING, tokensRenewed: 1 })
  })

  it('are renewed once by two processes that run at the same moment', async () => {
    const harness = await onboarded()
    harness.advance(5 * DAY)
    const before = grants(harness)
    const proxies = [harness.proxy, harness.instance().proxy]
    await Promise.all(proxies.map((proxy) => proxy.maintain()))
    expect(grants(harness)).toBe(before + 1)
    expect(await maintained(harness)).toEqual(NOTHING)
  })
})

describe('after the keys were rotated', () => {
  it('seals everything anew, after which the old key can go', async () => {
    const harness = await onboarded(createHarness({ env: { ASTRA_ENCRYPTION_KEYS: OLD_KEY } }))
    const token = await harness.proxy.getAccessToken('customer-1')
    const both = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` } })
    expect(await maintained(both)).toEqual({ ...NOTHING, tokensResealed: 1 })
    expect(await maintained(both)).toEqual(NOTHING)
    const after = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: NEW_KEY } })
    expect(await after.proxy.getAccessToken('customer-1')).toBe(token)
    expect(grants(harness)).toBe(1)
  })

  it('takes nobody’s phone for a changed one', async () => {
    const harness = await onboarded(createHarness({ env: { ASTRA_ENCRYPTION_KEYS: OLD_KEY } }))
    await harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` } }).proxy.maintain()
    const after = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: NEW_KEY } })
    const isChanged = async () => {
      harness.advance(MINUTE)
      await after.proxy.status('customer-1')
      return (await readCustomer(harness.storage, 'customer-1')).data.phoneChanged
    }
    expect(await isChanged()).toBe(false)
    harness.simulator.changePhone(userId(harness), '+14155550199')
    expect(await isChanged()).toBe(true)
  })
})

describe('news that nobody has come to see', () => {
  async function withNews() {
    const changes: CustomerChange[] = []
    const harness = await onboarded(
      createHarness({ proxy: { onChange: (change) => void changes.push(change) } }),
    )
    changes.length = 0
    harness.simulator.setUserStatus(userId(harness), 'suspended')
    await harness.simulator.webhooks.deliver()
    return { harness, changes }
  }
  const suspended = {
    customerId: 'customer-1',
    step: { name: 'stopped', reason: 'suspended' },
    status: 'suspended',
  }

  it('are read and told to the partner, once', async () => {
    const { harness, changes } = await withNews()
    expect(await maintained(harness)).toEqual({ ...NOTHING, customersRead: 1 })
    expect(changes).toEqual([suspended])
    harness.advance(MINUTE)
    expect(await maintained(harness)).toEqual(NOTHING)
    expect(changes).toEqual([suspended])
  })

  it('are read before authorizations are renewed, which may take long', async () => {
    const harness = createHarness()
    await harness.browser('customer-2').onboard()
    harness.advance(5 * DAY)
    const { firstName } = ROSA
    await harness
      .browser()
      .onboard({ ...ROSA, firstName: `${firstName}lind`, phone: '4155550143', email: 'r@example.com' })
    const newcomer = harness.simulator.users()[1]?.id ?? ''
    harness.simulator.setUserStatus(newcomer, 'suspended')
    await harness.simulator.webhooks.deliver()
    const before = harness.simulator.requests.length
    expect(await harness.proxy.maintain()).toMatchObject({ tokensRenewed: 1, failed: 0 })
    const routes = harness.simulator.requests.slice(before).map(({ route }) => route)
    expect(routes.indexOf('GET /v1/user')).toBeLessThan(routes.indexOf('POST /v1/oauth/token'))
  })

  it('wait for authorizations that have less than two days left', async () => {
    const harness = createHarness()
    const mia = { ...ROSA, firstName: 'Mia', phone: '4155550143', email: 'mia@example.com' }
    await harness.browser('customer-2').onboard(mia)
    await onboarded(harness)
    harness.advance(8 * DAY)
    harness.simulator.changePhone(userId(harness), '+14155550199')
    await harness.simulator.webhooks.deliver()
    const before = harness.simulator.requests.length
    expect(await harness.proxy.maintain()).toMatchObject({ tokensRenewed: 2, customersRead: 2, failed: 0 })
    const [first, second, third] = harness.simulator.requests.slice(before).map(({ route }) => route)
    expect([first, second, third]).toEqual(['POST /v1/oauth/token', 'POST /v1/oauth/token', 'GET /v1/user'])
  })

  it('are left for the next call during an outage', async () => {
    const { harness, changes } = await withNews()
    harness.simulator.failNext('GET /v1/user', { status: 503 })
    expect(await maintained(harness)).toEqual({ ...NOTHING, failed: 1 })
    expect(changes).toEqual([])
    harness.advance(MINUTE)
    expect(await maintained(harness)).toEqual({ ...NOTHING, customersRead: 1 })
    expect(changes).toEqual([suspended])
  })

  it('are told again when the partner’s function has thrown', async () => {
    let isBroken = true
    const told: string[] = []
    const onChange = ({ step }: CustomerChange) => {
      told.push(step.name)
      if (isBroken) throw new Error('rosa@example.com')
    }
    const harness = createHarness({ proxy: { onChange } })
    expect((await harness.browser().submit()).status).toBe(201)
    expect(harness.logs).toEqual([
      [
        { code: 'internal', customer: 'customer-1', cause: 'Error' },
        '`onChange` has thrown; it is called again',
      ],
    ])
    isBroken = false
    await harness.browser().status()
    await harness.browser().status()
    expect(told).toEqual(['wait', 'hosted-flow'])
  })

  it('are told by the next maintenance when the partner’s function has thrown and nobody comes back', async () => {
    let isBroken = true
    const told: string[] = []
    const onChange = ({ step }: CustomerChange) => {
      if (isBroken) throw new Error('down')
      told.push(step.name)
    }
    const harness = createHarness({ proxy: { onChange } })
    await harness.browser().submit()
    isBroken = false
    harness.advance(MINUTE)
    await harness.proxy.maintain()
    await harness.proxy.maintain()
    expect(told).toEqual(['hosted-flow'])
  })

  it('are those of a consent after which the page was closed too', async () => {
    const changes: CustomerChange[] = []
    const harness = createHarness({ proxy: { onChange: (change) => void changes.push(change) } })
    await harness.browser().onboard()
    harness.advance(MINUTE)
    await harness.proxy.maintain()
    expect(changes.at(-1)).toMatchObject({ step: { name: 'complete' }, status: 'approved' })
  })

  it('do not keep others waiting: everybody’s turn comes', async () => {
    const harness = createHarness()
    for (let index = 0; index < 130; index++) {
      const dateOfBirth = `${1960 + (index % 30)}-0${1 + Math.floor(index / 30)}-17`
      const email = `rosa-${index}@example.com`
      harness.advance(2 * MINUTE)
      await harness.browser(`customer-${index}`).submit({ ...ROSA, dateOfBirth, email })
    }
    await harness.simulator.webhooks.deliver()
    harness.advance(MINUTE)
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 100 })
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 30 })
    expect(await maintained(harness)).toEqual(NOTHING)
  })
})

describe('where Astra hangs', () => {
  const TEN_SECONDS = 10_000
  const isRefresh = ({ url }: Request) => url.endsWith('/v1/oauth/token')

  /** Customers who have authorized, and a proxy for whom each call that is to hang lasts ten seconds and fails. */
  async function withSlowAstra(customers: number, hangs: (request: Request) => boolean) {
    const harness = createHarness()
    for (let index = 0; index < customers; index++) {
      const dateOfBirth = `${1960 + index}-01-17`
      const person = { ...ROSA, dateOfBirth, email: `rosa-${index}@example.com` }
      await harness.browser(`customer-${index}`).onboard({ ...person, phone: `(415) 555-011${index}` })
    }
    const calls: string[] = []
    const slow = harness.instance({
      proxy: {
        fetch: async (request) => {
          calls.push(request.url.replace(/.*\/v1\//, ''))
          if (!hangs(request)) return harness.simulator.fetch(request)
          harness.advance(TEN_SECONDS)
          throw new Error('timed out')
        },
      },
    })
    return { harness, slow, calls }
  }

  it('a call begins with nobody new after twenty seconds, and the next goes on from there', async () => {
    const { harness, slow } = await withSlowAstra(5, ({ url }) => url.endsWith('/v1/user'))
    harness.advance(MINUTE)
    const begun = async () => {
      slow.logs.length = 0
      expect(await maintained(slow)).toEqual({ ...NOTHING, failed: 2 })
      return slow.logs.map((line) => (line as [{ customer: string }])[0].customer)
    }
    expect(await begun()).toEqual(['customer-0', 'customer-1'])
    expect(await begun()).toEqual(['customer-2', 'customer-3'])
    expect(await begun()).toEqual(['customer-4', 'customer-0'])
    expect(await maintained(harness)).toEqual({ ...NOTHING, customersRead: 5 })
  })

  it('two customers who hang keep nobody’s card from being seen', async () => {
    const hanging = new Set<string>()
    const { harness, slow } = await withSlowAstra(3, ({ headers }) =>
      hanging.has(headers.get('authorization') ?? ''),
    )
    const [first, second] = harness.simulator.users()
    for (const user of [first, second]) hanging.add(`Bearer ${user?.access?.token}`)
    harness.advance(MINUTE)
    await harness.browser('customer-2').status()
    await slow.proxy.maintain()
    const due = await harness.storage.find('customer', 'cards', 'yes')
    expect(due.map(({ id }) => id)).toEqual(['customer-0', 'customer-1'])
  })

  it('urgent renewals keep nobody’s news waiting for longer than that, and those left come first in the next call', async () => {
    const { harness, slow, calls } = await withSlowAstra(4, isRefresh)
    harness.advance(MINUTE)
    await harness.proxy.maintain()
    harness.advance(8 * DAY)
    await harness.browser('newcomer').submit({ ...ROSA, firstName: 'Mia', email: 'mia@example.com' })
    slow.logs.length = 0
    const met = () => slow.logs.map((line) => (line as [{ customer: string }])[0].customer)
    expect(await maintained(slow)).toEqual({ ...NOTHING, customersRead: 1, failed: 2 })
    const [refresh, read] = ['oauth/token', expect.stringMatching(/^user_intent\//)]
    expect(calls).toEqual([refresh, refresh, read])
    expect(await maintained(slow)).toEqual({ ...NOTHING, failed: 2 })
    expect(met()).toEqual(['customer-0', 'customer-1', 'customer-2', 'customer-3'])
    expect(await maintained(harness)).toEqual({ ...NOTHING, tokensRenewed: 4 })
  })

  it('one customer who makes every call break off keeps nobody else from being renewed', async () => {
    const { harness } = await withSlowAstra(4, () => false)
    harness.advance(MINUTE)
    await harness.proxy.maintain()
    harness.advance(9 * DAY)
    const obtained = async (id: string) => {
      const { data } = (await harness.storage.get('customer', id)) as StoredRecord<Customer>
      return data.tokens?.obtainedAt ?? 0
    }
    const before = await obtained('customer-0')
    const [first] = harness.simulator.users()
    for (let call = 0; call < 2; call++) {
      // The platform ends the call there.
      await new Promise<void>((resolve) => {
        const fetch = async (request: Request) => {
          const body = await request.clone().text()
          if (!first?.refresh.some(({ token }) => body.includes(token)))
            return harness.simulator.fetch(request)
          resolve()
          return new Promise<never>(() => {})
        }
        void harness
          .instance({ proxy: { fetch } })
          .proxy.maintain()
          .then(() => resolve())
      })
      harness.advance(MINUTE)
    }
    expect(await obtained('customer-0')).toBe(before)
    for (const id of ['customer-1', 'customer-2', 'customer-3'])
      expect(await obtained(id)).toBeGreaterThan(before)
  })
})

describe('failures', () => {
  /** Three customers with news, and in front of them so many whose intent Astra has lost. */
  async function withNewsFor(broken: number) {
    const read: string[] = []
    const harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const id = request.url.split('/user_intent/')[1]
          if (id) read.push(id)
          return id?.startsWith('lost')
            ? Response.json({ code: 'not_found' }, { status: 404, headers: { 'request-id': `req_${id}` } })
            : harness.simulator.fetch(request)
        },
      },
    })
    for (const [index, dateOfBirth] of ['1961-01-17', '1962-01-17', '1963-01-17'].entries()) {
      const email = `rosa-${index}@example.com`
      await harness.browser(`whole-${index}`).submit({ ...ROSA, dateOfBirth, email })
    }
    await harness.simulator.webhooks.deliver()
    const { data } = (await harness.storage.get('customer', 'whole-0')) as StoredRecord<Customer>
    const changes = Array.from({ length: broken }, (_, index): Change => {
      const intent = data.intent && { ...data.intent, id: `lost-${index}` }
      const indexes = { due: 'yes' }
      return {
        kind: 'customer',
        id: `broken-${1000 + index}`,
        expectedVersion: null,
        data: { ...data, intent },
        indexes,
      }
    })
    await harness.storage.commit(changes)
    harness.advance(MINUTE)
    harness.logs.length = read.length = 0
    return { harness, read }
  }

  it('of a hundred customers, for ever, keep nobody else waiting', async () => {
    const { harness } = await withNewsFor(100)
    expect(await maintained(harness)).toEqual({ ...NOTHING, failed: 100 })
    harness.advance(MINUTE)
    expect(await maintained(harness)).toEqual({ ...NOTHING, customersRead: 3, failed: 97 })
  })

  it('of a call that breaks off do not get the first turn again', async () => {
    const { harness, read } = await withNewsFor(100)
    const commit: AstraStorage['commit'] = async (changes) => {
      if (changes.some(({ kind }) => kind === 'customer')) throw new Error('out of time')
      return harness.storage.commit(changes)
    }
    const broken = harness.instance({ proxy: { storage: { ...harness.storage, commit } } })
    expect(await broken.proxy.maintain()).toMatchObject({ customersRead: 0, failed: 100 })
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 3, failed: 97 })
    expect(read.slice(0, 3)).toEqual(harness.simulator.intents().map(({ id }) => id))
  })

  it('of reads that hang keep no creation from being closed whose answer is overdue', async () => {
    const { harness } = await withNewsFor(300)
    const hanging = harness.instance({
      proxy: {
        fetch: async () => {
          harness.advance(10_000)
          throw new TypeError('timed out')
        },
      },
    })
    const never = { fetch: () => new Promise<never>(() => {}) }
    void harness
      .instance({ proxy: never })
      .browser('zoe')
      .submit({ ...ROSA, firstName: 'Zoe', email: 'zoe@example.com' })
    await expect.poll(() => harness.storage.find('attempt', 'customer', 'zoe')).toHaveLength(1)
    harness.advance(MINUTE)
    let calls = 1
    while ((await hanging.proxy.maintain()).attemptsClosed === 0) expect((calls += 1)).toBeLessThan(5)
  })

  it('tell the log code, customer and Astra’s request id, each', async () => {
    const { harness } = await withNewsFor(2)
    expect(await maintained(harness)).toEqual({ ...NOTHING, customersRead: 3, failed: 2 })
    const message: unknown = expect.stringMatching(
      /^maintenance has failed for a customer; a later call tries again: Astra does not know .* proxy\.forget\(id\)/,
    )
    const failure = { code: 'astra_unexpected', route: 'maintain', astraStatus: 404 }
    expect(harness.logs).toEqual([
      [{ ...failure, customer: 'broken-1000', requestId: 'req_lost-0' }, message],
      [{ ...failure, customer: 'broken-1001', requestId: 'req_lost-1' }, message],
    ])
  })

  it('that nobody knows are told by their class, and end nothing', async () => {
    const harness = await onboarded()
    harness.advance(5 * DAY)
    const record = await harness.storage.get('customer', 'customer-1')
    const data = { ...(record?.data as object), tokens: { sealed: 7, obtainedAt: 0 } }
    const day = String(Math.floor((Date.parse('2026-11-23T18:00:00Z') + MINUTE) / DAY))
    await harness.storage.commit([
      {
        kind: 'customer',
        id: 'customer-1',
        expectedVersion: record?.version ?? 0,
        data,
        indexes: { granted: day },
      },
    ])
    expect(await maintained(harness)).toEqual({ ...NOTHING, failed: 1 })
    expect(harness.logs).toEqual([
      [
        expect.objectContaining({ code: 'internal', customer: 'customer-1', cause: 'TypeError' }),
        expect.any(String),
      ],
    ])
  })
})

it('forgets flows two days after their end and webhooks after eight, and nothing that is younger', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  const browser = harness.browser()
  await browser.submit()
  await browser.openFlow()
  await harness.simulator.webhooks.deliver()
  await browser.status()
  const kinds = async () => new Set((await storage.dump()).map(({ kind, id }) => id.split('/')[0] && kind))
  const purgedAfter = async (ms: number) => {
    harness.advance(ms)
    return (await harness.proxy.maintain()).recordsPurged
  }
  expect(await purgedAfter(DAY)).toBe(0)
  expect(await purgedAfter(2 * DAY)).toBe(1)
  expect(await kinds()).not.toContain('flow')
  expect(await purgedAfter(4 * DAY)).toBe(0)
  expect(await purgedAfter(2 * DAY)).toBe(1)
  expect((await storage.dump()).filter(({ id }) => id.startsWith('seen/'))).toEqual([])
})

it('refreshes each customer once, however many instances renew at the same moment', async () => {
  const harness = createHarness()
  for (let index = 0; index < 6; index++) {
    const person = { email: `rosa-${index}@example.com`, dateOfBirth: `${1960 + index}-01-17` }
    await harness.browser(`customer-${index}`).onboard({ ...ROSA, ...person, phone: `(415) 555-011${index}` })
  }
  harness.advance(MINUTE)
  await harness.proxy.maintain()
  harness.advance(5 * DAY)
  const before = grants(harness)
  await Promise.all([harness, harness.instance(), harness.instance()].map(({ proxy }) => proxy.maintain()))
  expect(grants(harness) - before).toBe(6)
})
