/** One write with the promise that it settles. */
interface Waiting {
  work: () => unknown
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

/** Runs a write in a transaction, soon; settles once that is on the disk. */
export interface GroupCommit {
  <T>(work: () => T): Promise<T>
  /** Runs at once whatever waits. */
  flush(): void
}

/**
 * Writes that arrive in the same turn of the event loop share one transaction, and so one wait for the disk. A write
 * that throws takes the others of its transaction down, so then each of them gets its own.
 *
 * @param transaction runs `work` and commits, or rolls back and throws
 */
export function groupCommit(transaction: <T>(work: () => T) => T): GroupCommit {
  let group: Waiting[] = []

  function flush(): void {
    const waiting = group
    group = []
    if (waiting.length > 1 && runTogether(waiting)) return
    for (const { work, resolve, reject } of waiting) {
      try {
        resolve(transaction(work))
      } catch (error) {
        reject(error)
      }
    }
  }

  function runTogether(waiting: readonly Waiting[]): boolean {
    let results: unknown[]
    try {
      results = transaction(() => waiting.map(({ work }) => work()))
    } catch {
      // Whose fault it was shows when they are alone.
      return false
    }
    waiting.forEach(({ resolve }, index) => resolve(results[index]))
    return true
  }

  const commit = <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      if (group.push({ work, resolve: resolve as Waiting['resolve'], reject }) === 1) setImmediate(flush)
    })
  return Object.assign(commit, { flush })
}
