import { transferableAbortController } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { mockAstra } from '../../src/testing/index.ts'

afterEach(() => vi.unstubAllGlobals())

const native = transferableAbortController().signal.constructor as typeof AbortSignal

/** What jsdom puts in the place of Node's, where the test runner does not take it back. */
class SignalOfThePage extends EventTarget {
  static timeout = (): unknown => new SignalOfThePage()
  static any = (): unknown => new SignalOfThePage()
}

it('gives the widget signals that `fetch` takes where the page has others, and takes them back', () => {
  vi.stubGlobal('AbortSignal', SignalOfThePage)
  const astra = mockAstra()
  expect(AbortSignal.timeout(60_000)).toBeInstanceOf(native)
  expect(new Request('http://localhost/', { signal: AbortSignal.timeout(60_000) }).signal.aborted).toBe(false)
  expect(AbortSignal).toHaveProperty('any', undefined)
  astra.close()
  expect(AbortSignal.timeout(60_000)).toBeInstanceOf(SignalOfThePage)
  expect(AbortSignal.any([])).toBeInstanceOf(SignalOfThePage)
})

it('leaves the signals alone where `fetch` takes them', () => {
  const { timeout, any } = Object.getOwnPropertyDescriptors(AbortSignal)
  const astra = mockAstra()
  expect(Object.getOwnPropertyDescriptors(AbortSignal)).toMatchObject({ timeout, any })
  astra.close()
})
