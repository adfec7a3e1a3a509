import type { AstraStorage, Change, StoredRecord } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'

export interface RecordingStorage extends AstraStorage {
  /** Every change that was acknowledged, in order. */
  readonly writes: readonly Change[]
  /** Everything that lies in storage now. */
  dump(): Promise<StoredRecord[]>
}

/** Storage in memory whose content can be looked at as a whole. To change a record that was read fails. */
export function recordingStorage(): RecordingStorage {
  const memory = memoryStorage()
  const writes: Change[] = []
  return {
    ...memory,
    writes,
    get: async (kind, id) => frozen(await memory.get(kind, id)),
    commit: async (changes) => {
      const isWritten = await memory.commit(changes)
      if (isWritten) writes.push(...structuredClone(changes))
      return isWritten
    },
    dump: async () => {
      const names = new Set(writes.map(({ kind, id }) => JSON.stringify([kind, id])))
      const found = await Promise.all(
        [...names].map((name) => memory.get(...(JSON.parse(name) as [Change['kind'], string]))),
      )
      return found.filter((record) => record !== null)
    },
  }
}

/** SQLite gives one object to all who read a record: whoever changed it would change what the others have read. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
