import { failureText } from '../server/failure-log.ts'

interface Maintained {
  maintain: () => Promise<unknown>
}

/**
 * Calls `proxy.maintain()` every 30 seconds for as long as the process runs; the timer does not keep it alive. One call
 * at a time: a slow one delays the next.
 *
 * @param options.everyMs milliseconds between the end of one call and the start of the next; default 30,000
 * @param options.onError gets what a call has thrown, like a database that is down; default: a line on the console
 * @returns a function that stops it; its promise settles when a call that is under way has ended, and storage may be closed
 * @example
 * const stop = keepMaintained(proxy)
 */
export function keepMaintained(
  proxy: Maintained,
  {
    everyMs = 30_000,
    onError = (error) => report(error),
  }: {
    everyMs?: number | undefined
    onError?: ((error: unknown) => void | Promise<void>) | undefined
  } = {},
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running = Promise.resolve()
  const tell = async (error: unknown) => {
    try {
      await onError(error)
    } catch (failure) {
      // Whatever it throws must end neither the process nor the schedule.
      report(failure, 'onError')
    }
  }
  const maintain = async () => {
    try {
      await proxy.maintain()
    } catch (error) {
      // Not waited for: an alarm that never comes back must not be the end of maintenance.
      void tell(error)
    }
  }
  const plan = () => {
    if (stopped) return
    timer = setTimeout(() => {
      running = maintain()
      void running.then(plan)
    }, everyMs)
    timer.unref()
  }
  plan()
  return () => {
    stopped = true
    clearTimeout(timer)
    return running
  }
}

function report(error: unknown, what = 'proxy.maintain'): void {
  console.error(`[astra] ${what} has failed: ${failureText(error)}`)
}
