import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { sha256 } from '../../src/server/encryption.ts'
import { createKeyedHash } from '../../src/server/keyed-hash.ts'

const KEYS = [new Uint8Array(32).fill(7), new Uint8Array(32).map((_, index) => index * 37 + 1)]

/** The same by the platform's own means. */
function expectedHash(key: Uint8Array, text: string): string {
  const derived = hkdfSync('sha256', key, '', 'astra-onboarding/keyed-hash', 32)
  const id = createHash('sha256').update(key).digest('hex').slice(0, 8)
  return `${id}.${createHmac('sha256', new Uint8Array(derived)).update(text).digest('hex').slice(0, 32)}`
}

it.each(['', 'email/rosa@example.com', 'é'.repeat(200)])(
  'agrees with the platform about the HMAC of %j, under each key',
  async (text) => {
    const hashes = await createKeyedHash(KEYS)(text)
    expect(hashes).toEqual(KEYS.map((key) => expectedHash(key, text)))
  },
)

it('gives the same hash however many others are asked for at once', async () => {
  const keyedHash = createKeyedHash(KEYS)
  const texts = Array.from({ length: 50 }, (_, index) => `phone/${index}`)
  const hashes = await Promise.all(texts.map(keyedHash))
  expect(hashes.map(([current]) => current)).toEqual(texts.map((text) => expectedHash(KEYS[0]!, text)))
})

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('hashes %j as the standard says', (text, expected) => {
  expect(sha256(text)).toBe(expected)
})
