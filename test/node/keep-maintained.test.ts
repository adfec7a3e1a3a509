import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepMaintained } from '../../src/node/index.ts'
import { AstraError } from '../../src/server/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('maintains every 30 seconds, one call at a time, until it is stopped', async () => {
  let end = () => {}
  const maintain = vi.fn(() => new Promise<void>((resolve) => (end = resolve)))
  const stop = keepMaintained({ maintain })
  await vi.advanceTimersByTimeAsync(29_999)
  expect(maintain).toHaveBeenCalledTimes(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(maintain).toHaveBeenCalledTimes(1)
  end()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(maintain).toHaveBeenCalledTimes(2)
  end()
  void stop()
  await vi.advanceTimersByTimeAsync(90_000)
  expect(maintain).toHaveBeenCalledTimes(2)
})

it('tells when a call that was under way has ended, however it ends, and at once when there is none', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const events: string[] = []
  const end: ((how?: Error) => void)[] = []
  const maintain = () =>
    new Promise<void>((resolve, reject) => void end.push((how) => (how ? reject(how) : resolve())))
  for (const how of [undefined, new Error('down')]) {
    const stop = keepMaintained({ maintain }, { everyMs: 10 })
    await vi.advanceTimersByTimeAsync(10)
    const stopped = stop().then(() => events.push('stopped'))
    await vi.advanceTimersByTimeAsync(1_000)
    events.push('ended')
    end.pop()?.(how)
    await stopped
  }
  expect(events).toEqual(['ended', 'stopped', 'ended', 'stopped'])
  await keepMaintained({ maintain })()
  error.mockRestore()
  expect(end).toEqual([])
})

it('goes on when even `onError` throws, or maintenance fails before it has begun', async () => {
  const lines: unknown[] = []
  const error = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const maintain = vi.fn((): Promise<void> => {
    throw new Error('down')
  })
  const onError = () => {
    throw new RangeError('rosa@example.com')
  }
  const stop = keepMaintained({ maintain }, { everyMs: 10, onError })
  await vi.advanceTimersByTimeAsync(20)
  void stop()
  error.mockRestore()
  expect(maintain).toHaveBeenCalledTimes(2)
  expect(lines[0]).toBe('[astra] onError has failed: RangeError')
})

it('goes on when `onError` rejects, or never comes back', async () => {
  const lines: unknown[] = []
  const error = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const maintain = vi.fn(() => Promise.reject(new Error('down')))
  const onError = vi
    .fn<() => Promise<void>>()
    .mockImplementationOnce(() => Promise.reject(new RangeError('rosa@example.com')))
    .mockImplementation(() => new Promise<void>(() => {}))
  const stop = keepMaintained({ maintain }, { everyMs: 10, onError })
  await vi.advanceTimersByTimeAsync(30)
  void stop()
  error.mockRestore()
  expect(onError).toHaveBeenCalledTimes(3)
  expect(lines).toEqual(['[astra] onError has failed: RangeError'])
})

it('says what has failed: the code and message of our own errors, and the code behind any', async () => {
  const lines: unknown[] = []
  const error = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const refused = Object.assign(new Error('rosa@example.com'), { code: 'ECONNREFUSED' })
  const maintain = vi
    .fn<() => Promise<void>>()
    .mockRejectedValueOnce(new AstraError('storage_unavailable', { cause: refused }))
    .mockRejectedValueOnce(
      new AstraError('configuration_invalid', { message: 'Two things:\n- one\n- other' }),
    )
    .mockRejectedValueOnce(new TypeError('rosa@example.com', { cause: refused }))
    .mockRejectedValueOnce(undefined)
  const stop = keepMaintained({ maintain }, { everyMs: 10 })
  await vi.advanceTimersByTimeAsync(40)
  void stop()
  error.mockRestore()
  expect(lines).toEqual([
    '[astra] proxy.maintain has failed: storage_unavailable: The storage of the proxy has failed: down, locked, full, or too slow. The log has the cause; nothing was sent to Astra that is not written down. (Error ECONNREFUSED)',
    '[astra] proxy.maintain has failed: configuration_invalid: Two things: - one - other',
    '[astra] proxy.maintain has failed: TypeError ECONNREFUSED',
    '[astra] proxy.maintain has failed: undefined',
  ])
})

it('goes on after a failure, and tells its class only', async () => {
  const lines: unknown[] = []
  const error = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const maintain = vi.fn(() => Promise.reject(new RangeError('rosa@example.com')))
  const stop = keepMaintained({ maintain }, { everyMs: 10 })
  await vi.advanceTimersByTimeAsync(20)
  void stop()
  error.mockRestore()
  expect(maintain).toHaveBeenCalledTimes(2)
  expect(lines[0]).toBe('[astra] proxy.maintain has failed: RangeError')
})
