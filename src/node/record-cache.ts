/** Records as they were read, for as long as nobody has written them. */
export interface RecordCache<Stored> {
  /** To be called in each transaction before the first read: forgets everything if somebody else has written since. */
  validate(): void
  /** The record that is known, else what `read` brings. Everybody gets the same object. */
  get(key: string, read: () => Stored | null): Stored | null
  /** To be called for each record that this connection writes, within its transaction: no read comes between. */
  forget(key: string): void
  /** Forgets everything. */
  clear(): void
}

/** Everybody who polls just now; a record is a kilobyte or so. */
const MOST_RECORDS = 1_000

/**
 * A widget asks for the same record every few seconds: to look whether the file was written costs one look a turn of the
 * event loop for all of them, to find and parse each of them a quarter of an answer.
 * @see https://www.sqlite.org/pragma.html#pragma_data_version
 */
export function recordCache<Stored>(database: {
  prepare(sql: string): { get(): unknown }
}): RecordCache<Stored> {
  // Another value as soon as another connection, of this process or not, has committed something.
  const fileVersion = database.prepare('PRAGMA data_version')
  const records = new Map<string, Stored>()
  let seen: number | null = null

  return {
    validate() {
      const known = seen
      seen = null
      try {
        seen = (fileVersion.get() as { data_version: number }).data_version
      } finally {
        // Also when nobody can tell.
        if (seen === null || seen !== known) records.clear()
      }
    },
    get(key, read) {
      const known = records.get(key)
      if (known) return known
      const record = read()
      if (!record) return null
      const [oldest] = records.size < MOST_RECORDS ? [] : records.keys()
      if (oldest !== undefined) records.delete(oldest)
      records.set(key, record)
      return record
    },
    forget(key) {
      records.delete(key)
    },
    clear() {
      records.clear()
    },
  }
}
