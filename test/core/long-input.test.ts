import { describe, expect, it } from 'vitest'
import * as address from '../../src/core/address.ts'
import type { Verdict } from '../../src/core/field-codes.ts'
import { normalizeDateOfBirth, normalizeEmail, normalizeSsnLast4 } from '../../src/core/fields.ts'
import { normalizeName } from '../../src/core/name.ts'
import { normalizePhone } from '../../src/core/phone.ts'
import { clientIp } from '../../src/server/client-ip.ts'
import { isMetadata } from '../../src/server/metadata.ts'
import { isSignedByAstra } from '../../src/server/webhook-signature.ts'

const LENGTH = 100_000

/** Shapes at which careless patterns run away: repetitions that match nearly, with a wrong end. */
const SHAPES = [
  'a', ' ', '\t', '0', '1', '\u0301', '\u00a0', '\u200b', '.', '-', ':', ',', '@', 'é', 'p ', 'po ', 'p o ', 'p.o.', 'post ',
  'post office ', 'apartado ', 'apdo a a ', 'drawer ', 'box 1', '1 ', '1.', '(1) ', '+1', 'a.', 'a@', 'a@a.', 'a-', "a'", '0:', '::', '[::1],',
] // prettier-ignore

const texts = SHAPES.flatMap((shape) => {
  const run = shape.repeat(LENGTH / shape.length)
  return [run, `${run}!`, `1 ${run}!`]
})

const RULES: [name: string, rule: (text: string) => Verdict][] = [
  ['name', normalizeName],
  ['phone', normalizePhone],
  ['e-mail address', normalizeEmail],
  ['last four digits', normalizeSsnLast4],
  ['date of birth', (text) => normalizeDateOfBirth(text, 18, 0)],
  ['address line 1', address.normalizeAddress1],
  ['address line 2', address.normalizeAddress2],
  ['city', address.normalizeCity],
  ['state', address.normalizeState],
  ['ZIP code', address.normalizePostalCode],
  ['pronouns', address.normalizeText],
]

// A pattern that runs away here takes minutes or for ever: the limit of the runner ends such a test.
describe('a hundred thousand hostile characters', () => {
  it.each(RULES)('are refused, and soon: %s', (_, rule) => {
    const accepted = texts.filter((text) => 'value' in rule(text) && text.trim() !== '')
    expect(accepted.map((text) => text.slice(0, 20))).toEqual([])
  })

  it('are no forwarded chain, no metadata and no signature', async () => {
    for (const text of texts) {
      const headers = { 'x-forwarded-for': text.replaceAll(/[^\x20-\x7e]/g, '?') }
      const request = new Request('https://bank.test', { headers })
      const options = { clientIp: undefined, trustedHops: 1, environment: 'sandbox' } as const
      expect(() => clientIp(request, { remoteAddress: '8.8.8.8' }, options)).toThrow('[astra]')
      expect([isMetadata({ [text]: 'x' }), isMetadata({ key: text })]).toEqual([false, false])
      expect(await isSignedByAstra(new Uint8Array(2), text, ['secret'])).toBe(false)
    }
  })
})
