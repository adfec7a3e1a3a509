import { describe, expect, it } from 'vitest'
import { isMetadata } from '../../../src/server/metadata.ts'
import { readCorpus } from '../../support/corpus.ts'
import { createHarness } from '../../support/harness.ts'

describe('corpus metadata', () => {
  it.each(readCorpus<string>('metadata'))('$expect $id, $why', ({ input, expect: verdict }) => {
    expect(isMetadata(JSON.parse(input))).toBe(verdict === 'accept')
  })

  it.each([null, [], 'x', 7, undefined])('is an object, not %j', (value) => {
    expect(isMetadata(value)).toBe(false)
  })

  it.each(['__proto__', 'constructor', 'prototype'])('may not have the key %s', (key) => {
    expect(isMetadata(JSON.parse(`{"${key}":"v"}`))).toBe(false)
    expect(isMetadata({ [`${key}s`]: 'v' })).toBe(true)
  })

  it('is refused before anything is sent, and nothing has begun', async () => {
    const harness = createHarness({ proxy: { metadata: () => ({ 'a b': 'v' }) } })
    const browser = harness.browser()
    const { status, body } = await browser.submit()
    expect(status).toBe(500)
    expect(body.error?.message).toContain('The `metadata` option returned something that Astra refuses')
    expect(harness.simulator.requests).toEqual([])
    expect((await browser.status()).step).toEqual({ name: 'collect-profile' })
  })
})
