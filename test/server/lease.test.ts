import { describe, expect, it } from 'vitest'
import { readCustomer, updateCustomer } from '../../src/server/customer.ts'
import { withLease } from '../../src/server/lease.ts'
import type { LeaseContext } from '../../src/server/lease.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness } from '../support/harness.ts'
import type { Harness, HarnessOptions } from '../support/harness.ts'

const HOUR = 60 * 60 * 1000

/** Two processes that share records and clock; waiting moves the clock. */
async function setUp(storage: AstraStorage = memoryStorage()) {
  const world = { now: 0, waited: [] as number[], onWait: async () => {} }
  const context: LeaseContext = {
    storage,
    clock: async () => world.now,
    random: (bytes) => void crypto.getRandomValues(bytes),
    wait: async (ms) => {
      world.waited.push(ms)
      world.now += ms
      await world.onWait()
    },
  }
  await updateCustomer(context, 'customer-1', (customer) => customer)
  const attempts = async () => (await readCustomer(storage, 'customer-1')).data.fruitlessReturns
  return { world, context, attempts, storage }
}

const never = async () => null
const counted = <T extends { fruitlessReturns: number }>(customer: T): T => ({
  ...customer,
  fruitlessReturns: customer.fruitlessReturns + 1,
})

it('lets a second holder wait until the first is done, and tells it what was done', async () => {
  const { world, context, attempts } = await setUp()
  let finish = async () => {}
  let release = () => {}
  const first = withLease(context, 'customer-1', 'refresh', never, async (lease) => {
    await new Promise<void>((resolve) => {
      release = resolve
      finish = async () => void (await lease.finish(counted))
      world.onWait = async () => {
        if (world.waited.length < 3) return
        await finish()
        release()
      }
    })
    return 'worked'
  })
  await Promise.resolve()
  const second = await withLease(
    context,
    'customer-1',
    'refresh',
    async ({ fruitlessReturns }) => (fruitlessReturns > 0 ? 'saw it' : null),
    async () => 'worked too',
  )
  expect([await first, second, await attempts()]).toEqual(['worked', 'saw it', 1])
  // Both wanted it at the same moment, so the second has paused for a few ms at first.
  expect(world.waited.filter((ms) => ms >= 50)).toEqual([50, 100])
})

it('is given up by whoever fails', async () => {
  const { world, context } = await setUp()
  const failing = withLease(context, 'customer-1', 'refresh', never, async () => {
    throw new Error('no luck')
  })
  await expect(failing).rejects.toThrow('no luck')
  expect(await withLease(context, 'customer-1', 'refresh', never, async () => 'next')).toBe('next')
  expect(world.waited).toEqual([])
})

it.each([
  ['refresh', 20_000],
  ['exchange', 45_000],
] as const)('for a %s ends, when its holder died, once no call can last longer', async (purpose, ms) => {
  const { world, context } = await setUp()
  void withLease(context, 'customer-1', purpose, never, () => new Promise<never>(() => {}))
  await new Promise<void>((resolve) => void setImmediate(resolve))
  world.now = ms - 10_000
  expect(await withLease(context, 'customer-1', 'refresh', never, async () => 'mine')).toBe('mine')
  expect(world.now).toBeGreaterThanOrEqual(ms)
  expect(world.now).toBeLessThan(ms + 1_000)
})

it('ends the wait of the others when one holder follows another for long', async () => {
  const { world, context } = await setUp()
  const holder = () =>
    updateCustomer(context, 'customer-1', (customer) => ({
      ...customer,
      lease: { holder: 'another', until: world.now + 20_000 },
    }))
  await holder()
  world.onWait = async () => void (await holder())
  await expect(withLease(context, 'customer-1', 'refresh', never, async () => 'mine')).rejects.toMatchObject({
    code: 'astra_unavailable',
    message:
      '[astra] Another process is getting new tokens for this customer and has not come to an end. If it was ended by force, the next one begins within a minute.',
  })
  expect(world.now).toBe(30_750)
})

it('writes nothing once it is lost', async () => {
  const { world, context, attempts } = await setUp()
  const isKept = await withLease(context, 'customer-1', 'refresh', never, async (late) => {
    world.now += 20_000
    await withLease(context, 'customer-1', 'refresh', never, (lease) => lease.finish(counted))
    return late.finish(counted)
  })
  expect([isKept, await attempts()]).toEqual([false, 1])
})

it('says so when it is lost between two tries of the write', async () => {
  const memory = memoryStorage()
  let beforeCommit = async () => {}
  const { world, context, attempts } = await setUp({
    ...memory,
    commit: async (changes) => {
      await beforeCommit()
      return memory.commit(changes)
    },
  })
  const isKept = await withLease(context, 'customer-1', 'refresh', never, async (late) => {
    beforeCommit = async () => {
      beforeCommit = async () => {}
      world.now += 20_000
      await withLease(context, 'customer-1', 'refresh', never, (lease) => lease.finish(counted))
    }
    return late.finish(counted)
  })
  expect([isKept, await attempts()]).toEqual([false, 1])
})

it('is not held when it ends later than any can: the clock was set back by a day since', async () => {
  const { world, context } = await setUp()
  world.now = 24 * HOUR
  void withLease(context, 'customer-1', 'exchange', never, () => new Promise<never>(() => {}))
  await turns()
  world.now = 0
  expect(await withLease(context, 'customer-1', 'refresh', never, async () => 'mine')).toBe('mine')
  expect(world.waited).toEqual([])
})

it('is held when the clock was set back by seconds', async () => {
  const { world, context } = await setUp()
  world.now = 5_000
  void withLease(context, 'customer-1', 'refresh', never, () => new Promise<never>(() => {}))
  await turns()
  world.now = 0
  expect(await withLease(context, 'customer-1', 'refresh', never, async () => 'mine')).toBe('mine')
  expect(world.now).toBeGreaterThanOrEqual(25_000)
})

/** A proxy whose every answer from Astra takes this long; `during` is called before it has them. */
function slowAstra(ms: number) {
  const world = { now: 0, during: async (_path: string) => {} }
  const harness: Harness = createHarness({
    proxy: {
      storage: { ...memoryStorage(), now: async () => world.now },
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        world.now += ms
        await world.during(new URL(request.url).pathname)
        return answer
      },
    },
  })
  return { harness, world }
}

it('goes by the clock of the storage, where it has one', async () => {
  const { harness, world } = slowAstra(0)
  world.now = 7
  const ends: unknown[] = []
  world.during = async (path) => {
    if (path !== '/v1/oauth/token') return
    ends.push((await readCustomer(harness.storage, 'customer-1')).data.lease?.until)
  }
  await harness.browser().onboard()
  harness.advance(3 * HOUR)
  await harness.proxy.getAccessToken('customer-1')
  expect(ends).toEqual([7 + 45_000, 7 + 20_000])
})

it('outlasts the slowest exchange, and the reads of whose the tokens are', async () => {
  const { harness, world } = slowAstra(9_999)
  const browser = harness.browser()
  await browser.submit()
  const held: [string, boolean][] = []
  world.during = async (path) => {
    const { lease } = (await readCustomer(harness.storage, 'customer-1')).data
    if (lease) held.push([path.split('/')[2] ?? '', world.now < lease.until])
  }
  expect((await browser.trip()).body.flow.outcome).toEqual({ state: 'authorized' })
  expect(held).toEqual([
    ['oauth', true],
    ['user', true],
    ['user_intent', true],
  ])
})

it('of an exchange that is lost keeps the tokens of whoever came after', async () => {
  const { harness, world } = slowAstra(0)
  const browser = harness.browser()
  await browser.submit()
  const again = await browser.start((await browser.openFlow()).startPath)
  await browser.trip()
  const returned = await browser.walk(again, ['consent', 'connect'])
  const tokens = async () => (await readCustomer(harness.storage, 'customer-1')).data.tokens?.sealed
  let theirs: string | undefined
  world.during = async (path) => {
    if (path !== '/v1/user' || theirs !== undefined) return
    world.now += HOUR
    harness.advance(3 * HOUR)
    theirs = ''
    await harness.instance().proxy.getAccessToken('customer-1')
    theirs = await tokens()
  }
  const { body } = await browser.complete(returned?.search ?? '')
  expect(body.flow.outcome).toMatchObject({ state: 'failed', error: 'exchange_outcome_unknown' })
  expect(theirs).toMatch(/./)
  expect(await tokens()).toBe(theirs)
})

const refreshes = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token').length - 1

/** Waits for nothing but that the others get on. */
async function turns() {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => void setImmediate(resolve))
}
const yielding: HarnessOptions = { proxy: { wait: turns } }

it('lets fifty callers over five processes refresh once', async () => {
  const harness = createHarness(yielding)
  await harness.browser().onboard()
  harness.advance(3 * HOUR)
  const processes = Array.from({ length: 5 }, () => harness.instance(yielding))
  const tokens = await Promise.all(
    processes.flatMap(({ proxy }) => Array.from({ length: 10 }, () => proxy.getAccessToken('customer-1'))),
  )
  expect(new Set(tokens)).toEqual(new Set([harness.simulator.users()[0]?.access?.token]))
  expect(refreshes(harness)).toBe(1)
})

it.each([
  ['ahead', 24 * HOUR],
  ['behind', -24 * HOUR],
])('lets the callers of two processes refresh once, of which one has a clock a day %s', async (way, skew) => {
  const storage = { ...memoryStorage(), now: async () => 7 }
  const harness = createHarness({ proxy: { ...yielding.proxy, storage } })
  await harness.browser().onboard()
  const expired = await harness.proxy.getAccessToken('customer-1')
  harness.advance(3 * HOUR)
  const now = () => Date.parse('2026-11-23T21:00:00Z') + skew
  const other = harness.instance({ proxy: { ...yielding.proxy, now } })
  // By the clock that is behind it lives on, until the partner says that Astra refuses it.
  const refused = way === 'behind' ? expired : undefined
  const tokens = await Promise.all(
    Array.from({ length: 5 }, () => [
      harness.proxy.getAccessToken('customer-1'),
      other.proxy.getAccessToken('customer-1', { refused }),
    ]).flat(),
  )
  expect(new Set(tokens)).toEqual(new Set([harness.simulator.users()[0]?.access?.token]))
  expect(tokens).not.toContain(expired)
  expect(refreshes(harness)).toBe(1)
})

describe('when a consent in one process meets a refresh in another', () => {
  async function meet(first: 'consent' | 'refresh') {
    let onGrant = async () => {}
    let onWait = () => {}
    const proxy: HarnessOptions['proxy'] = {
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        if (request.url.endsWith('/v1/oauth/token')) await onGrant()
        return answer
      },
      wait: async () => {
        onWait()
        await turns()
      },
    }
    const harness = createHarness({ proxy })
    const other = harness.instance({ proxy })
    const browser = harness.browser()
    await browser.submit()
    const again = await browser.start((await browser.openFlow()).startPath)
    await browser.trip()
    const returned = await browser.walk(again, ['consent', 'connect'])
    const deeds = {
      consent: async () => void (await browser.complete(returned?.search ?? '')),
      refresh: async () => void (await other.browser().status()),
    }
    harness.simulator.expire(harness.simulator.users()[0]?.id ?? '', 'access-token')
    harness.advance(6_000)
    const before = refreshes(harness)
    let second: Promise<void> | undefined
    // Astra has answered the first; before the answer is here, the second has come as far as it can.
    onGrant = async () => {
      if (second) return
      const isWaiting = new Promise<void>((resolve) => (onWait = resolve))
      second = deeds[first === 'consent' ? 'refresh' : 'consent']()
      await Promise.race([second, isWaiting])
    }
    await deeds[first]()
    await second
    const token = await other.proxy.getAccessToken('customer-1')
    return {
      works: token === harness.simulator.users()[0]?.access?.token,
      grants: refreshes(harness) - before,
    }
  }

  it('spares the refresh that comes second', async () => {
    expect(await meet('consent')).toEqual({ works: true, grants: 1 })
  })

  it('lets the consent that comes second wait', async () => {
    expect(await meet('refresh')).toEqual({ works: true, grants: 2 })
  })
})

it('is none for a customer who was forgotten', async () => {
  const { context, storage, world } = await setUp()
  const { version } = await readCustomer(storage, 'customer-1')
  await storage.commit([{ kind: 'customer', id: 'customer-1', expectedVersion: version, data: null }])
  const work = withLease(context, 'customer-1', 'exchange', never, async () => 'worked')
  await expect(work).rejects.toMatchObject({ code: 'reauthorization_required' })
  expect(await storage.get('customer', 'customer-1')).toBeNull()
  expect(world.waited).toEqual([])
})
