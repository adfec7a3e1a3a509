import { describe, expect, it } from 'vitest'
import { normalizePublicIp } from '../../../src/server/ip-address.ts'
import { readCorpus } from '../../support/corpus.ts'
import { createHarness } from '../../support/harness.ts'

const cases = readCorpus<unknown>('ip')

describe('corpus ip', () => {
  it.each(cases)('rule: $expect $id, $why', ({ input, expect: verdict, normalized }) => {
    const found = typeof input === 'string' ? normalizePublicIp(input) : null
    expect(found).toBe(verdict === 'accept' ? normalized : null)
  })

  it.each(cases)('route: $expect $id, $why', async ({ input, expect: verdict }) => {
    const harness = createHarness({ proxy: { clientIp: () => (typeof input === 'string' ? input : null) } })
    const { status } = await harness.browser().submit()
    // The simulator's proxy puts a public address in the place of loopback.
    expect(status).toBe(verdict === 'accept' || input === '127.0.0.1' || input === '::1' ? 201 : 500)
  })
})
