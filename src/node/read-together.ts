/** Puts reads of the same turn of the event loop into one transaction. */
export interface ReadTogether {
  /** To be called before each read. */
  begin(): void
  /** Must be called before anything is written. */
  end(): void
}

/**
 * Reads that come in the same turn of the event loop share one transaction, for taking and giving up the locks of one
 * costs more than a read. They see the database as it was at the first of them. After a commit of ours that is where its
 * turn ends, and the reads of the next turn belong to it, too: so what another process has written, and told somebody who
 * asks here at once, may show one turn later. Whoever writes finds out by the version.
 * @param begun called in each transaction before the first read
 */
export function readTogether(
  database: { prepare(sql: string): { run(): unknown } },
  begun: () => void = () => {},
): ReadTogether {
  const begin = database.prepare('BEGIN')
  const commit = database.prepare('COMMIT')
  let isOpen = false

  function end(): void {
    if (!isOpen) return
    isOpen = false
    try {
      commit.run()
    } catch {
      // SQLite has given it up by itself, after a read that failed; whoever read has been told.
    }
  }

  return {
    begin() {
      if (isOpen) return
      begin.run()
      isOpen = true
      setImmediate(end)
      begun()
    },
    end,
  }
}
