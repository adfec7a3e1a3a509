/** First 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of 8. */
const [K, INITIAL] = constants()

/**
 * SHA-256 without leaving the thread: for the few hundred bytes that are hashed here, `crypto.subtle.digest` spends
 * ten times as long on handing them to another one.
 * @see FIPS 180-4
 */
export function sha256Bytes(message: Uint8Array): Uint8Array<ArrayBuffer> {
  return hashOn(INITIAL, message, 0)
}

/**
 * An HMAC of one key, which is worked into the two hashes once.
 * @param key at most 64 bytes
 * @see RFC 2104
 */
export function hmacSha256(key: Uint8Array): (message: Uint8Array) => Uint8Array<ArrayBuffer> {
  const keyed = (fill: number) => {
    const block = new Uint8Array(64).fill(fill)
    key.forEach((byte, index) => (block[index] = fill ^ byte))
    const hash = INITIAL.slice()
    compress(hash, new DataView(block.buffer), 0)
    return hash
  }
  const inner = keyed(0x36)
  const outer = keyed(0x5c)
  return (message) => hashOn(outer, hashOn(inner, message, 64), 64)
}

/** The hash of what `start` has taken in already, a multiple of 64 bytes, and of the message. */
function hashOn(start: Uint32Array, message: Uint8Array, bytesBefore: number): Uint8Array<ArrayBuffer> {
  const hash = start.slice()
  const padded = pad(message, bytesBefore)
  for (let block = 0; block < padded.byteLength; block += 64) compress(hash, padded, block)
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < 8; index++) view.setUint32(index * 4, hash[index] as number)
  return bytes
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** A one bit, zeros, and the length in bits, up to a multiple of 64 bytes. */
function pad(message: Uint8Array, bytesBefore: number): DataView {
  const bytes = new Uint8Array(((message.length + 72) >> 6) << 6)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  const length = bytesBefore + message.length
  view.setUint32(bytes.length - 8, Math.floor(length / 0x2000_0000))
  view.setUint32(bytes.length - 4, length << 3)
  return view
}

/** Used by one hash at a time: nothing here waits for anything. */
const schedule = new Uint32Array(64)
const w = (index: number) => schedule[index] as number

function compress(hash: Uint32Array, padded: DataView, block: number): void {
  for (let t = 0; t < 16; t++) schedule[t] = padded.getUint32(block + t * 4)
  for (let t = 16; t < 64; t++) {
    const early = w(t - 15)
    const late = w(t - 2)
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    schedule[t] = (w(t - 16) + small0 + w(t - 7) + small1) | 0
  }
  let [a, b, c, d] = [hash[0] as number, hash[1] as number, hash[2] as number, hash[3] as number]
  let [e, f, g, h] = [hash[4] as number, hash[5] as number, hash[6] as number, hash[7] as number]
  for (let t = 0; t < 64; t++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + big1 + ((e & f) ^ (~e & g)) + (K[t] as number) + w(t)) | 0
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const words = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < 8; index++) hash[index] = (hash[index] as number) + (words[index] as number)
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function constants(): [k: Uint32Array, initial: Uint32Array] {
  const primes: number[] = []
  for (let number = 2; primes.length < 64; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number)
  }
  const fraction = (root: number) => Math.floor((root - Math.floor(root)) * 2 ** 32)
  const k = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))
  const initial = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))
  return [k, initial]
}
