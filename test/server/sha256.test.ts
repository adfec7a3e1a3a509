import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { hmacSha256, sha256Bytes, toHex } from '../../src/server/sha256.ts'

const hex = (text: string) => toHex(sha256Bytes(new TextEncoder().encode(text)))

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('hashes %j as the standard says', (text, expected) => {
  expect(hex(text)).toBe(expected)
})

it('agrees with the platform for every length up to some blocks, and for a large text', () => {
  for (const length of [...Array(300).keys(), 100_000]) {
    const text = 'é'.repeat(length).slice(0, length) + String(length)
    expect(hex(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
})

it('agrees with the platform about HMAC, whatever the length of key and message', () => {
  for (const length of [0, 1, 31, 32, 63, 64]) {
    const key = new Uint8Array(length).map((_, index) => index * 37 + 1)
    for (const text of ['', 'email/rosa@example.com', 'x'.repeat(200)]) {
      const expected = createHmac('sha256', key).update(text).digest('hex')
      expect(toHex(hmacSha256(key)(new TextEncoder().encode(text)))).toBe(expected)
    }
  }
})
