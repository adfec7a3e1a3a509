import { isAstraError } from '../core/errors.ts'
import { within } from './time-limit.ts'

/** Work of one kind that this process is at, by customer: whoever asks meanwhile gets the same answer. */
export interface SharedWork<T> {
  isRunning(id: string): boolean
  run(id: string, work: () => Promise<T>): Promise<T>
}

/** @param patience ms until the work counts as abandoned; longer than it ever takes, or waiting only makes it longer */
export function shareWork<T>(patience: number): SharedWork<T> {
  const running = new Map<string, Promise<T>>()
  return {
    isRunning: (id) => running.has(id),
    run: async (id, work) => {
      const others = running.get(id)
      const answer = others && (await unlessAbandoned(others, patience))
      if (answer) return answer.value
      const own = work().finally(() => {
        if (running.get(id) === own) running.delete(id)
      })
      running.set(id, own)
      return own
    },
  }
}

/**
 * Null when another request's work does not come to an end. Workers stop whatever a request has begun when its client
 * goes away: the work then stays in the list for ever, and waiting for it fails or hangs, as the runtime likes.
 */
async function unlessAbandoned<T>(work: Promise<T>, patience: number): Promise<{ value: T } | null> {
  const answer = work.then((value) => ({ value }))
  try {
    return await within(patience, answer, () => null)
  } catch (error) {
    if (isAstraError(error)) throw error
    return null
  }
}
