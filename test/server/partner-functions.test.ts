import { describe, expect, it } from 'vitest'
import type { AstraProxyOptions } from '../../src/server/index.ts'
import { createHarness } from '../support/harness.ts'

describe('a `metadata` that does not give an object of short texts', () => {
  const refusal = async (metadata: unknown) => {
    const harness = createHarness({ proxy: { metadata: metadata as AstraProxyOptions['metadata'] } })
    const { status, body } = await harness.browser().submit()
    return { status, error: body.error, asked: harness.simulator.requests.length, logs: harness.logs }
  }

  it.each<[string, () => unknown]>([
    ['resolves', async () => ({ account: '77' })],
    ['rejects', () => Promise.reject(new Error('no account of rosa@example.com'))],
  ])('is refused instead of lost when it gives a promise, which %s', async (_, metadata) => {
    const { status, error, asked, logs } = await refusal(metadata)
    expect([status, error?.code, asked]).toEqual([500, 'metadata_invalid', 0])
    expect(logs).toMatchObject([
      [
        { code: 'metadata_invalid', route: 'POST /user-intents' },
        'refused: `metadata` must return an object, not a promise: what takes time belongs into `identify`.',
      ],
    ])
  })

  it.each([
    ['a list', ['north']],
    ['a text', 'north'],
    ['a number in it', { tenant: 7 }],
  ])('is refused when it gives %s', async (_, given) => {
    expect(await refusal(() => given)).toMatchObject({ status: 500, error: { code: 'metadata_invalid' } })
  })

  it.each([null, undefined, {}])('may give nothing: %j', async (nothing) => {
    expect(await refusal(() => nothing)).toMatchObject({ status: 201 })
  })
})
