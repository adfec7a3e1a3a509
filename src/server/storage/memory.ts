import type { AstraStorage, Change, RecordKind, StoredRecord } from './storage.ts'

/**
 * Storage in the memory of this process: for tests and trials. A restart forgets every authorization.
 *
 * @example
 * createAstraProxy({ storage: memoryStorage(), identify })
 */
export function memoryStorage(): AstraStorage {
  const records = new Map<string, { json: string; version: number; indexes: Record<string, string> }>()
  const counters = new Map<string, { count: number; end: number }>()
  let purgedTo = 0
  const key = (kind: RecordKind, id: string) => `${kind}/${id}`

  function read(kind: RecordKind, id: string): StoredRecord | null {
    const stored = records.get(key(kind, id))
    return stored ? { kind, id, version: stored.version, data: JSON.parse(stored.json) } : null
  }

  return {
    async get(kind, id) {
      return read(kind, id)
    },

    async find(kind, index, value, page) {
      const prefix = key(kind, '')
      return [...records]
        .filter(([name]) => name.startsWith(prefix))
        .filter(([, { indexes }]) => index === null || indexes[index] === value)
        .map(([name]) => name.slice(prefix.length))
        .filter((id) => page?.after === undefined || id > page.after)
        .sort((one, other) => (one < other ? -1 : 1))
        .slice(0, page?.limit)
        .flatMap((id) => read(kind, id) ?? [])
    },

    async commit(changes) {
      const matches = ({ kind, id, expectedVersion }: Change) =>
        (records.get(key(kind, id))?.version ?? null) === expectedVersion
      if (!changes.every(matches)) return false
      for (const { kind, id, expectedVersion, data, indexes = {} } of changes) {
        if (data === null) records.delete(key(kind, id))
        else {
          const version = (expectedVersion ?? 0) + 1
          records.set(key(kind, id), { json: JSON.stringify(data), version, indexes: { ...indexes } })
        }
      }
      return true
    },

    async increment(name, { start, end }) {
      // Once for each start, not for each call: this looks at every counter.
      if (start > purgedTo)
        for (const [old, counter] of counters) if (counter.end <= start) counters.delete(old)
      purgedTo = Math.max(purgedTo, start)
      const id = `${start}/${name}`
      const count = (counters.get(id)?.count ?? 0) + 1
      counters.set(id, { count, end })
      return count
    },
  }
}
