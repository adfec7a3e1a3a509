/**
 * Whether two instants lie less than so many ms apart. Whichever is the later: a clock may be set back by a day, and
 * what was to end within a minute must not last for that day.
 */
export function isWithin(ms: number, at: number, now: number): boolean {
  return Math.abs(now - at) < ms
}
