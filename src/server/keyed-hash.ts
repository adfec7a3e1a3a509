import { sha256 } from './encryption.ts'

/**
 * Hashes what must be recognised and not stored, like an e-mail address. Keyed, since a plain hash of a phone number
 * is undone by trying them all. One hash per encryption key, the current one first, so that rotation forgets nothing;
 * the key's id stands in front.
 */
export type KeyedHash = (text: string) => Promise<readonly [current: string, ...earlier: string[]]>

export function createKeyedHash(rawKeys: Uint8Array<ArrayBuffer>[]): KeyedHash {
  const keys = Promise.all(rawKeys.map(deriveKey))
  // Whoever asks sees the failure; nobody asking must not be an unhandled one.
  keys.catch(() => {})
  return async (text) => {
    const bytes = new TextEncoder().encode(text)
    const [current = '', ...earlier] = await Promise.all(
      (await keys).map(async ({ id, key }) => `${id}.${toHex(await crypto.subtle.sign('HMAC', key, bytes))}`),
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
async function deriveKey(raw: Uint8Array<ArrayBuffer>): Promise<{ id: string; key: CryptoKey }> {
  const source = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode('astra-onboarding/keyed-hash')
  const key = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    source,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  )
  return { id: (await sha256(raw)).slice(0, 8), key }
}

function toHex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
