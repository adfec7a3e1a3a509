/**
 * What is stored. A `user` record says whose an Astra User, or an imported intent, is, so that no two customers share
 * one; a `webhook` record only remembers that a delivery was seen; `installation` is what the proxy notes of itself.
 */
export type RecordKind = 'customer' | 'attempt' | 'budget' | 'flow' | 'user' | 'webhook' | 'installation'

/** A record as storage returns it. `data` is plain JSON. */
export interface StoredRecord<Data = unknown> {
  kind: RecordKind
  id: string
  /** Starts at 1 and grows by one with every write. */
  version: number
  data: Data
}

/** One write of a {@link AstraStorage.commit}. */
export interface Change {
  kind: RecordKind
  id: string
  /** The version that must be stored now; `null`: the record must not exist. */
  expectedVersion: number | null
  /** The new content; `null` deletes the record. */
  data: unknown
  /** Values by which {@link AstraStorage.find} finds the record. Replaces the earlier ones. */
  indexes?: Record<string, string>
}

/** A part of what {@link AstraStorage.find} finds. */
export interface Page {
  /** At most so many records. */
  limit: number
  /** Only records behind this id, whether or not it exists. */
  after?: string | undefined
}

/** A span of time over which {@link AstraStorage.increment} counts, in ms since the epoch. */
export interface CounterWindow {
  start: number
  end: number
}

/**
 * Where the proxy keeps what must survive a restart: four methods on versioned records, and a clock if there is one.
 * Leases, single use and uniqueness are built from `commit` by the proxy, never by a driver. Each call must end in bounded
 * time, if need be by rejecting: the proxy waits for it without a limit of its own.
 *
 * @example
 * createAstraProxy({ storage: sqliteStorage('astra.db'), identify })
 */
export interface AstraStorage {
  /** The record, or null. Whoever reads it leaves it as it is: others may be given the same object. */
  get(kind: RecordKind, id: string): Promise<StoredRecord | null>
  /**
   * The records of the kind whose index has this value, in the order of their ids; all of them, or one {@link Page}. With
   * `null` for an index: every record of the kind.
   */
  find(kind: RecordKind, index: string | null, value: string, page?: Page): Promise<StoredRecord[]>
  /**
   * Writes all changes or none, durably: what was acknowledged survives a crash of the process and of the machine.
   * False: at least one `expectedVersion` did not match, and nothing was written.
   */
  commit(changes: readonly Change[]): Promise<boolean>
  /** Adds one to the counter of this key and window, atomically, and returns the new count. */
  increment(key: string, window: CounterWindow): Promise<number>
  /** The clock that all instances share, in ms since the epoch. Without it each goes by its own. */
  now?: () => Promise<number>
}
