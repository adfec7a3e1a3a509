import { sha256 as hash } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { AstraError } from '../core/errors.ts'

/** Seals text so that only the holder of the keys reads it, and only for the record it was sealed for. */
export interface Vault {
  /** `label` binds the result to its place, like `customer/42`: a sealed value moved elsewhere does not open. */
  seal(label: string, text: string): Promise<string>
  /** @throws AstraError `token_unreadable` */
  open(label: string, sealed: string): Promise<string>
  /** Ids of the keys that open and no longer seal. */
  earlierKeys(): Promise<string[]>
}

const FORMAT = 'v1'

/** Which key has sealed this. */
export function keyIdOf(sealed: string): string {
  return sealed.split('.')[1] ?? ''
}

/** AES-256-GCM with a random 96-bit nonce; the key's id stands in front. The first key seals, all of them open. */
export function createVault(
  rawKeys: Uint8Array<ArrayBuffer>[],
  random: (bytes: Uint8Array<ArrayBuffer>) => void,
): Vault {
  const keys = Promise.all(
    rawKeys.map(async (raw) => ({
      id: sha256(raw).slice(0, 8),
      key: await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']),
    })),
  )
  const algorithm = (label: string, keyId: string, iv: Uint8Array<ArrayBuffer>) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(`${FORMAT}/${keyId}/${label}`),
  })

  return {
    earlierKeys: async () => (await keys).slice(1).map(({ id }) => id),

    async seal(label, text) {
      const [first] = await keys
      if (!first) throw new AstraError('token_unreadable')
      const nonce = new Uint8Array(12)
      random(nonce)
      const sealed = await crypto.subtle.encrypt(
        algorithm(label, first.id, nonce),
        first.key,
        new TextEncoder().encode(text),
      )
      return [FORMAT, first.id, toBase64(nonce), toBase64(new Uint8Array(sealed))].join('.')
    },

    async open(label, sealed) {
      const [format, keyId = '', nonce = '', box = ''] = sealed.split('.')
      const match = (await keys).find(({ id }) => id === keyId)
      if (format !== FORMAT || !match) throw new AstraError('token_unreadable')
      try {
        const text = await crypto.subtle.decrypt(
          algorithm(label, keyId, fromBase64(nonce)),
          match.key,
          fromBase64(box),
        )
        return new TextDecoder().decode(text)
      } catch (cause) {
        throw new AstraError('token_unreadable', { cause })
      }
    },
  }
}

/**
 * SHA-256 in hex, at once: `crypto.subtle.digest` spends ten times as long on handing a short text to another thread.
 * @see FIPS 180-4
 */
export function sha256(input: string | Uint8Array<ArrayBuffer>): string {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  return bytesToHex(hash(bytes))
}

/** Random text that is safe in URLs and cookies. */
export function randomToken(random: (bytes: Uint8Array<ArrayBuffer>) => void, byteCount: number): string {
  const bytes = new Uint8Array(byteCount)
  random(bytes)
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
