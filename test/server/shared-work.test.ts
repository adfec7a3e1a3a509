import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AstraError } from '../../src/core/errors.ts'
import { shareWork } from '../../src/server/shared-work.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { fetchTransport } from '../../src/server/transport.ts'
import type { AstraStorage } from '../../src/server/storage/storage.ts'
import { createHarness } from '../support/harness.ts'

const PATIENCE = 5_000
const HOUR = 60 * 60 * 1000
/** What a runtime leaves behind of a request whose client has gone away. */
const never = <T>() => new Promise<T>(() => {})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('work that several ask for at the same time', () => {
  it('is done once, and done again for who asks afterwards', async () => {
    const shared = shareWork<number>(PATIENCE)
    let done = 0
    const work = async () => ++done
    expect(await Promise.all([shared.run('a', work), shared.run('a', work), shared.run('b', work)])).toEqual([
      1, 1, 2,
    ])
    expect(shared.isRunning('a')).toBe(false)
    expect(await shared.run('a', work)).toBe(3)
  })

  it('is done by everybody who has waited long enough when it does not come to an end', async () => {
    const shared = shareWork<string>(PATIENCE)
    void shared.run('a', () => never())
    const again = vi.fn(async () => 'done')
    const waiting = [shared.run('a', again), shared.run('a', again)]
    await vi.advanceTimersByTimeAsync(PATIENCE - 1)
    expect(again).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await Promise.all(waiting)).toEqual(['done', 'done'])
    expect(shared.isRunning('a')).toBe(false)
  })

  it('is waited for once, so that no queue grows while it fails slowly', async () => {
    const shared = shareWork<string>(PATIENCE)
    const slowly = () =>
      new Promise<string>((_, reject) => setTimeout(() => reject(new Error('too slow')), 2 * PATIENCE))
    const calls = Array.from({ length: 12 }, () => shared.run('a', slowly).catch(() => performance.now()))
    const begun = performance.now()
    await vi.advanceTimersByTimeAsync(3 * PATIENCE)
    for (const ended of await Promise.all(calls))
      expect(Number(ended) - begun).toBeLessThanOrEqual(3 * PATIENCE)
  })

  it('is done once more when waiting for it fails, but an error of ours is the answer', async () => {
    const shared = shareWork<string>(PATIENCE)
    const first = shared.run('a', () => Promise.reject(new Error('the request has ended')))
    const second = shared.run('a', async () => 'done')
    await expect(first).rejects.toThrow('the request has ended')
    expect(await second).toBe('done')

    const refused = shared.run('a', () => Promise.reject(new AstraError('astra_unavailable')))
    const alike = shared.run('a', async () => 'done')
    await expect(refused).rejects.toMatchObject({ code: 'astra_unavailable' })
    await expect(alike).rejects.toMatchObject({ code: 'astra_unavailable' })
  })

  it('does not give up what was begun since when the first comes to an end late', async () => {
    const shared = shareWork<string>(PATIENCE)
    let endFirst = (_: string) => {}
    const first = shared.run('a', () => new Promise((resolve) => (endFirst = resolve)))
    const second = shared.run('a', () => never())
    await vi.advanceTimersByTimeAsync(5_000)
    endFirst('late')
    expect(await first).toBe('late')
    expect(shared.isRunning('a')).toBe(true)
    void second
  })
})

describe('a request that its runtime has ended', () => {
  it('while it refreshed keeps nobody in the process from a token once its lease is over', async () => {
    let isEnded = false
    const begun = vi.fn()
    const harness = createHarness({
      proxy: {
        // Its own timers have gone with it, so the deadline of its call never comes.
        transport: async (call) => {
          if (!isEnded || !call.url.endsWith('/v1/oauth/token'))
            return fetchTransport(harness.simulator.fetch)(call)
          begun()
          return never()
        },
        wait: async () => harness.advance(1_000),
      },
    })
    await harness.browser().onboard()
    harness.advance(3 * HOUR)
    isEnded = true
    void harness.proxy.getAccessToken('customer-1')
    await vi.waitFor(() => expect(begun).toHaveBeenCalled())
    isEnded = false
    let token = ''
    void harness.proxy.getAccessToken('customer-1').then((given) => (token = given))
    // Moves the timers on between its looks.
    await vi.waitFor(() => expect(token).not.toBe(''), { timeout: 25_000 })
    expect(token).toBe(harness.simulator.users()[0]?.access?.token)
  })

  it('while it asked whose the database is keeps nobody from the storage', async () => {
    const storage = memoryStorage()
    let isFirst = true
    const ending: AstraStorage = {
      ...storage,
      get: (kind, id) => {
        if (!isFirst) return storage.get(kind, id)
        isFirst = false
        return never()
      },
    }
    const harness = createHarness({ proxy: { storage: ending } })
    void harness.browser().status()
    expect((await harness.browser('customer-2').status()).step).toEqual({ name: 'collect-profile' })
  })
})
