export const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Whether two instants lie less than so many ms apart. Whichever is the later: a clock may be set back by a day, and
 * what was to end within a minute must not last for that day.
 */
export function isWithin(ms: number, at: number, now: number): boolean {
  return Math.abs(now - at) < ms
}

/** Astra is asked at most this often about one person, however many windows and instances poll. */
export const READ_INTERVAL_MS = 5_000

/**
 * Whether Astra may be asked again. Another instance's clock may be ahead by seconds; an instant further off than the
 * interval was written before a clock was set back.
 */
export function isDue(readAt: number, interval: number, now: number): boolean {
  return now >= readAt + interval || readAt > now + interval
}
