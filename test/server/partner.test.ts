import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { AstraStorage } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'
import { createDoorkeeper } from '../support/held-request.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const DAY = 24 * 60 * 60 * 1000

const intentOf = ({ simulator }: Harness) => simulator.intents()[0]?.id ?? ''
const userOf = ({ simulator }: Harness) => simulator.users()[0]?.id ?? ''

/** The next link to `authorize`, for somebody who is signed in to the partner. */
async function link(browser: TestBrowser): Promise<URL> {
  const response = await browser.request('GET', (await browser.openFlow()).startPath)
  return new URL(response.headers.get('location') ?? '')
}

/** The parameters of the link that say whom it is for. */
async function subject(browser: TestBrowser) {
  const names = ['user_intent_id', 'user_id', 'phone', 'phone_read_only']
  const query = (await link(browser)).searchParams
  return Object.fromEntries([...query].filter(([name]) => names.includes(name)))
}

describe('an id that is no text', () => {
  it.each<[unknown, string]>([
    [7, 'of the type number'],
    [undefined, 'of the type undefined'],
    [{ id: '7' }, 'of the type object'],
    ['', 'an empty text'],
  ])('is refused by every method, and nobody is told that somebody was forgotten: %j', async (id, given) => {
    const storage = recordingStorage()
    const { proxy, audits } = createHarness({ proxy: { storage } })
    const customerId = id as string
    const calls = {
      getAccessToken: proxy.getAccessToken(customerId),
      status: proxy.status(customerId),
      import: proxy.import(customerId, { userId: 'user-1' }),
      forget: proxy.forget(customerId),
      allowAnotherTry: proxy.allowAnotherTry(customerId),
      phoneChanged: proxy.phoneChanged(customerId),
    }
    for (const [method, call] of Object.entries(calls)) {
      await expect(call).rejects.toThrow(
        `[astra] proxy.${method}: the customer's id must be the text that \`identify\` gives as \`id\`; this one is ${given}. Nothing was done.`,
      )
    }
    expect([audits, storage.writes]).toEqual([[], []])
  })
})

describe('proxy.status', () => {
  it("tells where a customer stands, with Astra's ids and the reference that the widget shows", async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.onboard()
    const { reference } = await browser.status()
    expect(reference).toMatch(/^[\dA-F]{8}$/)
    expect(await harness.proxy.status('customer-1')).toEqual({
      step: { name: 'complete' },
      reference,
      userIntentId: intentOf(harness),
      userIntentStatus: 'converted_to_user',
      userId: userOf(harness),
      userStatus: 'approved',
      authorized: true,
      fruitlessReturns: 0,
    })
  })

  it('knows nothing of a stranger, and writes nothing down', async () => {
    const storage = recordingStorage()
    const { proxy } = createHarness({ proxy: { storage } })
    expect(await proxy.status('nobody')).toMatchObject({
      step: { name: 'collect-profile' },
      userIntentId: null,
      userId: null,
      authorized: false,
    })
    expect(storage.writes.map(({ kind }) => kind)).toEqual(['installation'])
  })
})

describe('proxy.forget', () => {
  it('says of somebody who is not there that they are not known', async () => {
    const { proxy, audits } = createHarness()
    await proxy.forget('nobody')
    expect(audits).toEqual([{ event: 'customer.forget', customer: 'nobody', outcome: 'not-known' }])
  })

  it('leaves nothing that leads to the customer', async () => {
    const storage = recordingStorage()
    const harness = createHarness({ proxy: { storage, onChange: () => {} } })
    const browser = harness.browser('customer-1')
    await browser.submit({ ...ROSA, lastName: 'Lindquist' })
    await browser.correct()
    await browser.openFlow()
    await browser.trip()
    await harness.simulator.webhooks.deliver()
    const traces = ['customer-1', userOf(harness), ...harness.simulator.intents().map(({ id }) => id)]
    for (const trace of traces) expect(JSON.stringify(storage.writes)).toContain(trace)
    await harness.proxy.forget('customer-1')
    const left = await storage.dump()
    for (const trace of traces) expect(JSON.stringify(left)).not.toContain(trace)
    expect(new Set(left.map(({ kind }) => kind))).toEqual(new Set(['installation', 'budget', 'webhook']))
    expect(harness.audits.at(-1)).toEqual({
      event: 'customer.forget',
      customer: 'customer-1',
      outcome: 'forgotten',
    })
    expect((await browser.status()).step).toEqual({ name: 'collect-profile' })
  })

  it('does not mind a stranger', async () => {
    await expect(createHarness().proxy.forget('nobody')).resolves.toBeUndefined()
  })

  it('gets at what is being written at the same moment', async () => {
    const storage = recordingStorage()
    const harness = createHarness({ proxy: { storage } })
    const browser = harness.browser()
    await browser.submit()
    const { startPath } = await browser.openFlow()
    await Promise.all([harness.proxy.forget('customer-1'), browser.request('GET', startPath)])
    expect(JSON.stringify(await storage.dump())).not.toContain('customer-1')
  })
})

describe('somebody who is forgotten while they open a flow', () => {
  /** The opening of the flow stands at Astra's door while the customer is forgotten. */
  async function forgottenAtTheDoor(what: 'intent' | 'cards') {
    const storage = recordingStorage()
    const door = createDoorkeeper()
    const harness: Harness = createHarness({
      proxy: {
        storage,
        fetch: async (request) => {
          await door.pass(request)
          return harness.simulator.fetch(request)
        },
      },
    })
    const browser = harness.browser()
    await (what === 'cards' ? browser.onboard() : browser.submit())
    await browser.status()
    harness.advance(6_000)
    const isRead = ({ method, url }: Request) =>
      method === 'GET' && url.includes(what === 'cards' ? '/v1/cards' : '/v1/user_intent/')
    const held = door.holdNext(isRead)
    const opening = browser.openFlow('redirect', what === 'cards' ? 'link-card' : 'onboard')
    await held.arrived
    await harness.proxy.forget('customer-1')
    held.open()
    return { harness, storage, opening }
  }

  it.each(['intent', 'cards'] as const)('gets none, and nothing is left (at Astra: %s)', async (what) => {
    const { harness, storage, opening } = await forgottenAtTheDoor(what)
    await expect(opening).rejects.toThrow('flow_not_needed')
    expect(JSON.stringify(await storage.dump())).not.toContain('customer-1')
    await harness.proxy.import('customer-1', { userId: 'user-of-another-system' })
  })

  it('takes the flow with them that is opened between the look at what there is and its end', async () => {
    const storage = recordingStorage()
    let meanwhile: (() => Promise<unknown>) | null = null
    const harness = createHarness({
      proxy: {
        storage: {
          ...storage,
          commit: async (changes) => {
            const isForgetting = changes.some(({ data }) => data === null)
            const work = isForgetting ? meanwhile : null
            if (work) meanwhile = null
            await work?.()
            return storage.commit(changes)
          },
        },
      },
    })
    const browser = harness.browser()
    await browser.submit()
    await browser.status()
    meanwhile = () => browser.openFlow()
    await harness.proxy.forget('customer-1')
    expect(storage.writes.map(({ kind }) => kind)).toContain('flow')
    expect(JSON.stringify(await storage.dump())).not.toContain('customer-1')
  })
})

it('forgets with a customer the flow that is opened while the storage is slow to give their record', async () => {
  const storage = recordingStorage()
  let meanwhile: (() => Promise<unknown>) | null = null
  const harness: Harness = createHarness({
    proxy: {
      storage: {
        ...storage,
        // As a pool whose connection for this read comes last.
        get: async (kind, id) => {
          const work = kind === 'customer' ? meanwhile : null
          if (work) {
            meanwhile = null
            await pause(5)
            await work()
          }
          return storage.get(kind, id)
        },
      },
    },
  })
  const browser = harness.browser()
  await browser.submit()
  await browser.status()
  meanwhile = () => browser.openFlow()
  await harness.proxy.forget('customer-1')
  expect(storage.writes.map(({ kind }) => kind)).toContain('flow')
  expect(JSON.stringify(await storage.dump())).not.toContain('customer-1')
})

it('forgets also whom a first creation has made a customer in that very moment', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  let isBefore = true
  const slow: AstraStorage = {
    ...storage,
    get: async (kind, id) => {
      const found = await storage.get(kind, id)
      if (kind !== 'customer' || !isBefore) return found
      isBefore = false
      // Between the look at the customer, who is not there yet, and the look at the attempts; and its answer never comes.
      void harness
        .instance({ proxy: { fetch: () => new Promise<never>(() => {}) } })
        .browser()
        .submit()
      await expect.poll(async () => (await storage.find('attempt', 'customer', id)).length).toBe(1)
      return found
    },
  }
  await harness.instance({ proxy: { storage: slow } }).proxy.forget('customer-1')
  expect(isBefore).toBe(false)
  expect(JSON.stringify(await storage.dump())).not.toContain('customer-1')
  harness.advance(61_000)
  expect(await harness.proxy.maintain()).toMatchObject({ attemptsClosed: 0 })
})

describe('the end of a flow whose customer is gone', () => {
  const isExchange = ({ url }: Request) => url.endsWith('/v1/oauth/token')

  /** As a storage whose reads and writes come in another order might leave it. */
  async function lose({ storage }: Harness) {
    const record = await storage.get('customer', 'customer-1')
    const expectedVersion = record?.version ?? null
    await storage.commit([{ kind: 'customer', id: 'customer-1', expectedVersion, data: null }])
  }

  it.each(['cancel', 'consent'] as const)('makes no record of them, after %s', async (deed) => {
    const door = createDoorkeeper()
    const harness: Harness = createHarness({
      proxy: {
        fetch: async (request) => {
          await door.pass(request)
          return harness.simulator.fetch(request)
        },
      },
    })
    const browser = harness.browser()
    await browser.submit()
    const { flow, startPath } = await browser.openFlow()
    const url = await browser.start(startPath)
    const back = await browser.walk(url, deed === 'cancel' ? ['cancel'] : AUTHORIZE)
    const held = door.holdNext(isExchange)
    if (deed === 'cancel') await lose(harness)
    const completing = browser.complete(back?.search ?? '')
    if (deed === 'consent') {
      await held.arrived
      await lose(harness)
      held.open()
    }
    await completing
    expect(await harness.storage.get('customer', 'customer-1')).toBeNull()
    expect(await harness.storage.find('user', 'customer', 'customer-1')).toEqual([])
    expect(JSON.stringify(await harness.storage.get('flow', flow.id))).not.toContain('"authorized"')
    await harness.proxy.import('customer-1', { userId: 'user-of-another-system' })
  })
})

describe('a change of the phone', () => {
  const NEW_PHONE = '+14155550199'

  async function expired(announce: 'told' | 'noticed', phone?: string) {
    const harness = createHarness()
    await harness.browser().onboard()
    harness.simulator.changePhone(userOf(harness), NEW_PHONE)
    harness.advance(6_000)
    if (announce === 'told') await harness.proxy.phoneChanged('customer-1')
    else await harness.proxy.status('customer-1')
    harness.advance(11 * DAY)
    const browser = harness.browser({ id: 'customer-1', ...(phone && { phone }) })
    await browser.status()
    return { harness, browser }
  }

  it.each(['told', 'noticed'] as const)('that was %s leaves the intent and the phone out', async (how) => {
    const { browser } = await expired(how)
    expect(await subject(browser)).toEqual({})
    const url = await browser.start((await browser.openFlow()).startPath)
    const back = await browser.walk(url, ['phone 4155550199', 'code', 'consent', 'connect'])
    expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('brings the phone back when `identify` gives it', async () => {
    const { browser } = await expired('noticed', NEW_PHONE)
    expect(await subject(browser)).toEqual({ phone: '4155550199', phone_read_only: 'true' })
    const back = await browser.walk(await link(browser), AUTHORIZE)
    expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
  })

  it('goes unsaid when the partner sends the id of the User', async () => {
    const harness = createHarness({ proxy: { reauthorizeWith: 'user_id' } })
    const browser = harness.browser()
    await browser.onboard()
    await harness.proxy.phoneChanged('customer-1')
    harness.advance(11 * DAY)
    await browser.status()
    expect(await subject(browser)).toEqual({ user_id: userOf(harness) })
  })

  it('is found by the return, and stays known over the next ones', async () => {
    const { harness, browser } = await expired('told')
    const walk = async () => {
      const url = await browser.start((await browser.openFlow()).startPath)
      const back = await browser.walk(url, ['phone 4155550199', 'code', 'consent', 'connect'])
      await browser.complete(back?.search ?? '')
    }
    await walk()
    harness.advance(31 * DAY)
    await browser.status()
    expect(await subject(browser)).toEqual({})
  })
})

it('makes no record of a phone change of somebody unknown', async () => {
  const harness = createHarness()
  await harness.proxy.phoneChanged('nobody')
  expect(await harness.storage.get('customer', 'nobody')).toBeNull()
})
