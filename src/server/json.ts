import { AstraError } from '../core/errors.ts'

/** Deeper than anything that a route expects. */
const DEEPEST = 5

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The value of a JSON text. Refuses what two readers may understand differently, or what is built to do harm: bytes
 * that are not UTF-8, a member that is there twice, and depth.
 * @throws AstraError `body_malformed`
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes)
    const value: unknown = JSON.parse(text)
    // What reads the same when it is written again has no member twice.
    if (isWithin(DEEPEST, value) && (JSON.stringify(value) === text || isWithoutTwins(text))) return value
  } catch {
    // The cause would carry a piece of the body.
  }
  throw new AstraError('body_malformed')
}

function isWithin(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((member) => isWithin(depth - 1, member))
}

/** Whether a text that is known to be JSON has no member twice. */
function isWithoutTwins(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (name !== undefined) {
      const names = open.at(-1)
      const decoded = name.includes('\\') ? (JSON.parse(name) as string) : name.slice(1, -1)
      if (names?.has(decoded)) return false
      names?.add(decoded)
    }
  }
  return true
}
