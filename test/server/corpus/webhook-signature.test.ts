import { describe, expect, it } from 'vitest'
import { isSignedByAstra } from '../../../src/server/webhook-signature.ts'
import { readCorpus } from '../../support/corpus.ts'

interface Delivery {
  secret: string
  body: string
  header: string | null
}

const cases = readCorpus<Delivery>('webhook_vectors')
const bytes = (text: string) => new TextEncoder().encode(text)
const signed = cases.find(({ expect: verdict }) => verdict === 'accept')?.input

describe('corpus webhook_vectors', () => {
  it('has both verdicts', () => {
    expect(new Set(cases.map(({ expect: verdict }) => verdict))).toEqual(new Set(['accept', 'reject']))
  })

  it.each(cases)('$expect $id, $why', async ({ input, expect: verdict }) => {
    expect(await isSignedByAstra(bytes(input.body), input.header, [input.secret])).toBe(verdict === 'accept')
  })
})

describe('a signature', () => {
  it('counts when any of the secrets made it, and none when there is no secret', async () => {
    const { secret, body, header } = signed as Delivery
    expect(await isSignedByAstra(bytes(body), header, ['new', secret])).toBe(true)
    expect(await isSignedByAstra(bytes(body), header, [secret, 'new'])).toBe(true)
    expect(await isSignedByAstra(bytes(body), header, ['new', 'newer'])).toBe(false)
    expect(await isSignedByAstra(bytes(body), header, [])).toBe(false)
  })

  it('counts in one spelling only', async () => {
    const { secret, body, header } = signed as Delivery
    const spelling = header as string
    const urlSafe = spelling.replaceAll('+', '-').replaceAll('/', '_')
    // The last letter has two bits that mean nothing: another one decodes to the same bytes.
    const sameBytes = spelling.replace(/0=$/, '1=')
    for (const other of [` ${spelling}`, spelling.slice(0, -1), `${spelling}=`, urlSafe, sameBytes]) {
      expect(other).not.toBe(spelling)
      expect(await isSignedByAstra(bytes(body), other, [secret])).toBe(false)
    }
  })
})
