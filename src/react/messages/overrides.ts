import type { OpenerTexts } from './button.ts'
import type { Messages } from './en.ts'

type Sentence = string | ((...values: never[]) => string)
type PartOf<T> = { [K in keyof T]?: (T[K] extends Sentence | undefined ? T[K] : PartOf<T[K]>) | undefined }

/**
 * Sentences of the partner's own; whatever is left out stays as the language has it.
 *
 * @example
 * const messages: MessageOverrides = {
 *   complete: { onboarding: { text: 'You can use Fernhill Instant now.' } },
 *   reference: (id) => `Case ${id}`,
 * }
 */
export type MessageOverrides = PartOf<Messages & { opener: OpenerTexts }>

/** A language, or a part of it, with the partner's sentences in place of its own. */
export function withOverrides<T extends object>(base: T, overrides: PartOf<T> | undefined): T {
  return overrides ? (merged(base, overrides) as T) : base
}

function merged(base: object, changes: object): object {
  const result: Record<string, unknown> = { ...base }
  for (const [key, change] of Object.entries(changes)) {
    if (change === undefined) continue
    const own = result[key]
    result[key] = isGroup(own) && isGroup(change) ? merged(own, change) : change
  }
  return result
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
