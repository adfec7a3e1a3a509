/**
 * Whether Astra signed these bytes: the header is Base64 of HMAC-SHA256 over the raw body, keyed with the client
 * secret. While a secret is being rotated the old one counts too.
 *
 * @param header `Astra-Verification`, as it arrived; null when it is missing
 * @see https://docs.astra.finance/reference/webhook-verification
 */
export async function isSignedByAstra(
  body: Uint8Array<ArrayBuffer>,
  header: string | null,
  secrets: readonly string[],
): Promise<boolean> {
  const signature = header && decodeSignature(header)
  if (!signature) return false
  const verdicts = await Promise.all(secrets.map((secret) => isSignedWith(secret, body, signature)))
  return verdicts.includes(true)
}

/** `verify` compares in constant time. */
async function isSignedWith(
  secret: string,
  body: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const raw = new TextEncoder().encode(secret)
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  return crypto.subtle.verify('HMAC', key, signature, body)
}

/** The one spelling of 32 bytes in padded Base64, so that a signature cannot be written in two ways. */
function decodeSignature(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z\d+/]{42}[AEIMQUYcgkosw048]=$/.test(text)) return null
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
