import type { AstraStorage, Change, StoredRecord } from '../server/storage/storage.ts'
import { groupCommit } from './group-commit.ts'
import { readTogether } from './read-together.ts'
import { recordCache } from './record-cache.ts'
import { openDatabase, transaction } from './sqlite-database.ts'
import { explainSqliteFailure, isOfTheFile } from './sqlite-failure.ts'

/** How long SQLite may take, in ms. */
export interface SqliteLimits {
  /** Waiting for a lock of another process; this process stands still meanwhile. Default 5,000. */
  lock: number
}

/**
 * Storage in a SQLite file on a local disk: the embedded default for one machine. Uses `node:sqlite` where Node has
 * it (22.13 and later), else the package `libsql`, which then has to be installed. Every commit is synced to disk.
 *
 * @param file path of the database; it is created when missing. `:memory:` for tests.
 * @param limits how long SQLite may take
 * @throws Error when the file is damaged, cannot be written, or was written by a newer version of this package
 * @example
 * createAstraProxy({ storage: sqliteStorage('astra.db'), identify })
 */
export function sqliteStorage(
  file: string,
  { lock = 5_000 }: { [Name in keyof SqliteLimits]?: SqliteLimits[Name] | undefined } = {},
): AstraStorage & { close(): void } {
  const explained = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw explainSqliteFailure(error, file, lock)
    }
  }
  // To SQLite an empty name is a database that ends with the process.
  if (typeof file !== 'string' || file === '')
    throw new Error("[astra] sqliteStorage: the path of the database is missing; give one, like 'astra.db'.")
  const database = explained(() => openDatabase(file, lock))

  const select = database.prepare('SELECT id, version, data FROM astra_record WHERE kind = ? AND id = ?')
  const selectByIndex = database.prepare(
    'SELECT r.id, r.version, r.data FROM astra_index i JOIN astra_record r ON r.kind = i.kind AND r.id = i.id WHERE i.kind = ? AND i.name = ? AND i.value = ? AND i.id > ? ORDER BY i.id LIMIT ?',
  )
  const selectKind = database.prepare(
    'SELECT id, version, data FROM astra_record WHERE kind = ? AND id > ? ORDER BY id LIMIT ?',
  )
  const selectState = database.prepare('SELECT version, indexes FROM astra_record WHERE kind = ? AND id = ?')
  const insert = database.prepare(
    'INSERT INTO astra_record (kind, id, version, data, indexes) VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING',
  )
  const update = database.prepare(
    'UPDATE astra_record SET version = version + 1, data = ?, indexes = ? WHERE kind = ? AND id = ?',
  )
  const remove = database.prepare('DELETE FROM astra_record WHERE kind = ? AND id = ?')
  const removeIndex = database.prepare(
    'DELETE FROM astra_index WHERE kind = ? AND name = ? AND value = ? AND id = ?',
  )
  const insertIndex = database.prepare('INSERT INTO astra_index (kind, name, value, id) VALUES (?, ?, ?, ?)')
  const purgeCounters = database.prepare('DELETE FROM astra_counter WHERE window_end <= ?')
  const count = database.prepare(
    'INSERT INTO astra_counter (name, window_start, window_end, count) VALUES (?, ?, ?, 1) ON CONFLICT (name, window_start) DO UPDATE SET count = count + 1 RETURNING count',
  )

  let purgedTo = 0
  const records = recordCache<StoredRecord>(database)
  const snapshot = readTogether(database, () => records.validate())
  const together = groupCommit(
    (work) =>
      explained(() => {
        snapshot.end()
        return transaction(database, work)
      }),
    isOfTheFile,
  )

  function read<T>(work: () => T): T {
    return explained(() => {
      snapshot.begin()
      return work()
    })
  }

  /** Puts new records in their places, or none of them: somebody may have been faster. */
  function insertAll(fresh: readonly Change[]): boolean {
    const taken = fresh.findIndex(({ kind, id, data, indexes = {} }) => {
      const { changes } = insert.run(kind, id, JSON.stringify(data), JSON.stringify(indexes)) as Changes
      return Number(changes) === 0
    })
    if (taken === -1) return true
    for (const { kind, id } of fresh.slice(0, taken)) remove.run(kind, id)
    return false
  }

  function stateOf({ kind, id }: Change): State | undefined {
    return selectState.get(kind, id) as State | undefined
  }

  function replace({ kind, id, data, indexes = {} }: Change): void {
    if (data === null) remove.run(kind, id)
    else update.run(JSON.stringify(data), JSON.stringify(indexes), kind, id)
  }

  /** Most writes leave most indexes as they are, and each row of them is a page to write. */
  function writeIndexes({ kind, id, data, indexes = {} }: Change, stored: State | undefined): void {
    const wanted = data === null ? {} : indexes
    const known = stored ? (JSON.parse(stored.indexes) as Record<string, string>) : {}
    for (const [name, value] of Object.entries(known))
      if (wanted[name] !== value) removeIndex.run(kind, name, value, id)
    for (const [name, value] of Object.entries(wanted))
      if (known[name] !== value) insertIndex.run(kind, name, value, id)
  }

  return {
    async get(kind, id) {
      return read(() =>
        records.get(keyOf(kind, id), () => {
          const row = select.get(kind, id) as Row | undefined
          return row ? toRecord(kind, row) : null
        }),
      )
    },
    async find(kind, index, value, page) {
      // No id is empty, and -1 is no limit.
      const part = [page?.after ?? '', page?.limit ?? -1]
      const rows = read(() =>
        index === null ? selectKind.all(kind, ...part) : selectByIndex.all(kind, index, value, ...part),
      )
      return (rows as Row[]).map((row) => toRecord(kind, row))
    },
    async commit(changes) {
      const work = () => {
        for (const { kind, id } of changes) records.forget(keyOf(kind, id))
        // A new record is not looked for first: to put it in its place tells whether it was free.
        const stored = changes.map((change) => (isFresh(change) ? undefined : stateOf(change)))
        const isStale = (change: Change, index: number) =>
          !isFresh(change) && (stored[index]?.version ?? null) !== change.expectedVersion
        if (changes.some(isStale) || !insertAll(changes.filter(isFresh))) return false
        changes.forEach((change, index) => {
          if (!isFresh(change)) replace(change)
          writeIndexes(change, stored[index])
        })
        return true
      }
      return together(work)
    },
    async increment(key, { start, end }) {
      const work = () => {
        // Once for each start, not for each call: this looks at every counter.
        if (start > purgedTo) purgeCounters.run(start)
        purgedTo = Math.max(purgedTo, start)
        return (count.get(key, start, end) as { count: number }).count
      }
      return together(work)
    },
    /**
     * Closes the file. Nothing may be read or written afterwards. `libsql` cannot end a statement, and so keeps its
     * descriptors until the storage is collected or the process ends.
     */
    close() {
      together.flush()
      snapshot.end()
      records.clear()
      try {
        // libsql by itself leaves the last writes beside the file, where a copy of the file alone would miss them.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch {
        // As on a full disk. Nothing is lost: the next open reads what lies beside the file.
      }
      database.close()
    },
  }
}

interface Row {
  id: string
  version: number
  data: string
}

/** What a write needs to know of the record as it is. */
interface State {
  version: number
  indexes: string
}

/** What SQLite tells of a write. */
interface Changes {
  changes: number | bigint
}

function isFresh({ expectedVersion, data }: Change): boolean {
  return expectedVersion === null && data !== null
}

/** No kind has a slash in it. */
function keyOf(kind: StoredRecord['kind'], id: string): string {
  return `${kind}/${id}`
}

function toRecord(kind: StoredRecord['kind'], { id, version, data }: Row): StoredRecord {
  return { kind, id, version, data: JSON.parse(data) }
}
