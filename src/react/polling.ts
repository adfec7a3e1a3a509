/** Seconds between the first polls, and then. */
const SCHEDULE = [1, 2, 3, 5, 8]
const AFTERWARDS = 10

/** Spread of each delay, so that many widgets do not poll in step. */
const JITTER = 0.2

/** When there is nothing to wait for but the end of an authorization. */
export const WATCH_INTERVAL_MS = 60_000

/** Decides when to ask again. */
export interface PollingSchedule {
  /**
   * Delay in ms after the answer that this key names. The same key gets the same delay: the jitter is drawn once per
   * answer, because a query library asks for the delay on every render.
   */
  delayAfter(answerKey: string): number
  /** Starts from the short delays again. */
  restart(): void
}

export function createPollingSchedule(random: () => number = Math.random): PollingSchedule {
  let position = -1
  let current: { key: string; delay: number } | null = null
  return {
    delayAfter(key) {
      if (current?.key === key) return current.delay
      const seconds = SCHEDULE[++position] ?? AFTERWARDS
      current = { key, delay: Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * random())) }
      return current.delay
    },
    restart() {
      position = -1
      current = null
    },
  }
}
