import { isWithin } from './clock.ts'
import type { AstraLogger, LogFields } from './options.ts'

/** A warning that anybody can cause as often as they like: how many there were since it was last told, and when that was. */
export interface SparseWarning {
  count: number
  warnedAt: number | null
}

const INTERVAL_MS = 60_000

/** Tells it once a minute, with how many there were. */
export function warnSparsely(
  { logger, now }: { logger: Pick<AstraLogger, 'warn'>; now: () => number },
  warning: SparseWarning,
  fields: LogFields,
  what: string,
): void {
  warning.count += 1
  const { count, warnedAt } = warning
  if (warnedAt !== null && isWithin(INTERVAL_MS, warnedAt, now())) return
  Object.assign(warning, { count: 0, warnedAt: now() })
  logger.warn({ ...fields, count }, what)
}
