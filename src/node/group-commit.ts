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
 * that throws takes the others of its transaction down, so then each of them gets its own. A failure that is nobody's
 * own, like a lock or a full disk, is the answer to all at once: each alone would only wait for it again.
 *
 * @param transaction runs `work` and commits, or rolls back and throws
 * @param isNobodys whether what a write has thrown would have met any other, too
 */
export function groupCommit(
  transaction: <T>(work: () => T) => T,
  isNobodys: (error: unknown) => boolean,
): GroupCommit {
  let group: Waiting[] = []

  function flush(): void {
    const waiting = group
    group = []
    if (waiting.length < 2 || runTogether(waiting) === 'one of them failed') runEach(waiting)
  }

  function runTogether(waiting: readonly Waiting[]): 'settled' | 'one of them failed' {
    const outcome = attempt(() => waiting.map(({ work }) => work()))
    if ('results' in outcome) waiting.forEach(({ resolve }, index) => resolve(outcome.results[index]))
    else if (outcome.isOwn) return 'one of them failed'
    else for (const { reject } of waiting) reject(outcome.error)
    return 'settled'
  }

  function runEach(waiting: readonly Waiting[]): void {
    for (const [index, { work, resolve, reject }] of waiting.entries()) {
      const outcome = attempt(work)
      if ('results' in outcome) resolve(outcome.results)
      else if (outcome.isOwn) reject(outcome.error)
      else {
        for (const rest of waiting.slice(index)) rest.reject(outcome.error)
        return
      }
    }
  }

  /** Whose fault a failure is: that of a write, or nobody's. */
  function attempt<T>(work: () => T): { results: T } | { error: unknown; isOwn: boolean } {
    let isOwn = false
    const watched = () => {
      try {
        return work()
      } catch (error) {
        isOwn = !isNobodys(error)
        throw error
      }
    }
    try {
      return { results: transaction(watched) }
    } catch (error) {
      return { error, isOwn }
    }
  }

  const commit = <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      if (group.push({ work, resolve: resolve as Waiting['resolve'], reject }) === 1) setImmediate(flush)
    })
  return Object.assign(commit, { flush })
}
