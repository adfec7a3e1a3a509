import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as hash } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { sha256 } from './encryption.ts'

/**
 * Hashes what must be recognised and not stored, like an e-mail address. Keyed, since a plain hash of a phone number
 * is undone by trying them all. One hash per encryption key, the current one first, so that rotation forgets nothing;
 * the key's id stands in front.
 */
export type KeyedHash = (text: string) => Promise<readonly [current: string, ...earlier: string[]]>

/** In bytes: of all people on earth no two would meet, and shorter records are fewer pages to write. @see RFC 2104 §5 */
const SIZE = 16

export function createKeyedHash(rawKeys: Uint8Array<ArrayBuffer>[]): KeyedHash {
  const keys = Promise.all(rawKeys.map(deriveKey))
  // Whoever asks sees the failure; nobody asking must not be an unhandled one.
  keys.catch(() => {})
  return async (text) => {
    const bytes = new TextEncoder().encode(text)
    const [current = '', ...earlier] = (await keys).map(
      ({ id, keyed, copy }) =>
        `${id}.${bytesToHex(keyed._cloneInto(copy).update(bytes).digest().subarray(0, SIZE))}`,
    )
    return [current, ...earlier]
  }
}

/** Whether a stored hash is of another text than these are of; false when its key is gone, for then nobody can say. */
export function isOfAnotherText(stored: string, hashes: readonly string[]): boolean {
  const [keyId = ''] = stored.split('.')
  return hashes.some((hash) => hash.startsWith(`${keyId}.`)) && !hashes.includes(stored)
}

/** A key of its own: the one that seals tokens is used for nothing else. @see RFC 5869 */
async function deriveKey(raw: Uint8Array<ArrayBuffer>) {
  const source = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode('astra-onboarding/keyed-hash')
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const key = new Uint8Array(await crypto.subtle.deriveBits(algorithm, source, 256))
  // The key is worked in once; each hash goes on from a copy, and all of them from the same object.
  const keyed = hmac.create(hash, key)
  return { id: sha256(raw).slice(0, 8), keyed, copy: keyed.clone() }
}
