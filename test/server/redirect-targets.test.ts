import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { OpenFlowAnswer } from '../../src/core/contract.ts'
import { createHarness, ORIGIN } from '../support/harness.ts'

const ALLOWED = [ORIGIN, 'https://app.bank.test:8443']

/** Pieces with which open redirectors are built, at every place of an address. */
const piece = fc.constantFrom(
  'https://', 'http://', 'HTTPS:', 'https:', 'javascript:', 'data:text/html,', 'blob:', 'ftp://', '//', '/', '\\', '\\\\', '/\\',
  'bank.test', 'app.bank.test:8443', 'bank.test:443', 'BANK.TEST', 'bank.test.', 'evil.example', 'xn--bnk-5na.test', 'bänk.test', '127.1',
  '@', ':', 'user@', 'user:secret@', '#', '?', '.', '%2f', '%5c', '%00', '%0d%0a', '\t', '\n', '\r', ' ', '\u0000', '\u3002', '\u200b', '\u2044', 'cards', '..',
) // prettier-ignore
const address = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))
const onOurs = fc.tuple(fc.constantFrom(...ALLOWED), address).map((pieces) => pieces.join(''))

it('sends nobody anywhere but to an allowed origin, whatever a thousand pages ask for', async () => {
  const harness = createHarness({ proxy: { allowedOrigins: ALLOWED, limits: { flowsPerHour: 100_000 } } })
  const browser = harness.browser()
  await browser.submit()
  let taken = 0
  await fc.assert(
    fc.asyncProperty(fc.oneof(address, onOurs), async (returnTo) => {
      const body = { goal: 'onboard', presentation: 'redirect', returnTo }
      const response = await browser.request('POST', '/flows', { body })
      if (response.status === 400) return
      const { flow, startPath } = (await response.json()) as OpenFlowAnswer
      await browser.start(startPath)
      // Without our `state`, or the third return without a code would be the last.
      const target = new URL((await browser.complete('')).body.returnTo ?? '')
      expect(ALLOWED).toContain(target.origin)
      expect(target.username + target.password).toBe('')
      expect(target.searchParams.get('astra_flow')).toBe(flow.id)
      taken++
    }),
    { numRuns: 1000, seed: 1 },
  )
  expect(taken).toBeGreaterThan(50)
}, 60_000)
