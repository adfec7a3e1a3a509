import { shareWork } from '../shared-work.ts'
import { CommitUnacknowledged, createConnections } from './postgres-connection.ts'
import type { Connections, PostgresLimits, PostgresPool, Query } from './postgres-connection.ts'
import { migrate } from './postgres-schema.ts'
import type { AstraStorage, Change, StoredRecord } from './storage.ts'

export type { PostgresClient, PostgresLimits, PostgresPool } from './postgres-connection.ts'

const SELECT = 'SELECT id, version, data FROM astra_record WHERE kind = $1 AND id = $2'

const SELECT_BY_INDEX = `SELECT r.id, r.version, r.data
  FROM astra_index i JOIN astra_record r ON r.kind = i.kind AND r.id = i.id
  WHERE i.kind = $1 AND i.name = $2 AND i.value = $3 AND i.id > $4 ORDER BY i.id LIMIT $5`

const SELECT_KIND = `SELECT id, version, data FROM astra_record
  WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3`

/** In one order for all, so that no two commits wait for each other. */
const LOCK_RECORDS = `SELECT kind, id, version FROM astra_record
  WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY kind, id FOR UPDATE`

/** Waits for whoever is inserting the same record just now; if they commit, a row is missing from the count. */
const INSERT = `INSERT INTO astra_record (kind, id, version, data)
  SELECT kind, id, 1, data FROM unnest($1::text[], $2::text[], $3::text[]) AS new (kind, id, data)
  ON CONFLICT DO NOTHING`

const UPDATE = `UPDATE astra_record r SET version = r.version + 1, data = new.data
  FROM unnest($1::text[], $2::text[], $3::text[]) AS new (kind, id, data)
  WHERE r.kind = new.kind AND r.id = new.id`

const REMOVE = 'DELETE FROM astra_record WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))'

const REMOVE_INDEXES =
  'DELETE FROM astra_index WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))'

const INSERT_INDEXES = `INSERT INTO astra_index (kind, id, name, value)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`

/** The sign that a commit took place. Signs of an hour ago are swept away, those that somebody else sweeps left out. */
const LEAVE_SIGN = `WITH swept AS (DELETE FROM astra_commit WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM astra_commit WHERE at < now() - interval '1 hour' LIMIT 20 FOR UPDATE SKIP LOCKED)))
  INSERT INTO astra_commit (id) VALUES ($1)`

/** Waits for the transaction that has the same sign, if it is still alive on the server. */
const LOOK_FOR_SIGN = 'INSERT INTO astra_commit (id) VALUES ($1) ON CONFLICT DO NOTHING'

const COUNT = `WITH ended AS (DELETE FROM astra_counter WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM astra_counter WHERE window_end <= $2 LIMIT 100 FOR UPDATE SKIP LOCKED)))
  INSERT INTO astra_counter AS counter (name, window_start, window_end, count) VALUES ($1, $2, $3, 1)
  ON CONFLICT (name, window_start) DO UPDATE SET count = counter.count + 1 RETURNING count`

const NOW = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now'

/**
 * Storage in PostgreSQL 13 or later, for any number of instances. It takes a `Pool` of the package `pg`, or one that is
 * like it, which stays the caller's to end. The tables `astra_*` are created at the first use, in the first schema of
 * the connection's `search_path`.
 *
 * Whatever happens, a call ends in bounded time. When `commit` throws, nothing was written, unless the message says
 * that this is unknown.
 *
 * @param pool best with `connectionTimeoutMillis` set; statements bring limits of their own
 * @param limits how long the database may take
 * @example
 * createAstraProxy({ storage: postgresStorage(new Pool({ connectionString })), identify })
 */
export function postgresStorage(
  pool: PostgresPool,
  limits: { [Name in keyof PostgresLimits]?: PostgresLimits[Name] | undefined } = {},
): AstraStorage & { now(): Promise<number> } {
  const { connection = 5_000, statement = 5_000, outcome = 15_000 } = limits
  const connections = createConnections(pool, { connection, statement, outcome })
  const migrations = shareWork<{ failure: unknown } | null>(connection + statement + outcome)
  let isMigrated = false

  async function ready(): Promise<void> {
    if (isMigrated) return
    const failed = await migrations.run('schema', async () => {
      try {
        await connections.persist(() => migrate(connections))
        isMigrated = true
        return null
      } catch (failure) {
        // Theirs too who wait: each of them would try in turn.
        return { failure }
      }
    })
    if (failed) throw failed.failure
  }

  async function ask(text: string, values: unknown[]): Promise<unknown[]> {
    await ready()
    const { rows } = await connections.persist(() => connections.lend((query) => query(text, values)))
    return rows
  }

  return {
    async get(kind, id) {
      const [row] = (await ask(SELECT, [kind, id])) as Row[]
      return row ? toRecord(kind, row) : null
    },
    async find(kind, index, value, page) {
      // No id is empty, and null is no limit.
      const part = [page?.after ?? '', page?.limit ?? null]
      const rows = await (index === null
        ? ask(SELECT_KIND, [kind, ...part])
        : ask(SELECT_BY_INDEX, [kind, index, value, ...part]))
      return (rows as Row[]).map((row) => toRecord(kind, row))
    },
    async commit(changes) {
      await ready()
      const ordered = changes.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
      return connections.persist(async () => {
        const sign = crypto.randomUUID()
        try {
          return await connections.transaction((query) => write(query, ordered, sign))
        } catch (error) {
          const isUnsure = error instanceof CommitUnacknowledged
          if (isUnsure && (await tookPlace(connections, sign, outcome))) return true
          throw error
        }
      })
    },
    /** After a break of the connection a call may count twice, which makes a limit stricter, never laxer. */
    async increment(key, { start, end }) {
      const [row] = (await ask(COUNT, [key, start, end])) as { count: number }[]
      return row?.count ?? 0
    },
    /** The clock of the database, the same for all instances; in ms since the epoch. */
    async now() {
      const [row] = (await ask(NOW, [])) as { now: number }[]
      return row?.now ?? 0
    },
  }
}

interface Row {
  id: string
  version: number
  data: string
}

function toRecord(kind: StoredRecord['kind'], { id, version, data }: Row): StoredRecord {
  return { kind, id, version, data: JSON.parse(data) }
}

function keyOf({ kind, id }: Pick<Change, 'kind' | 'id'>): string {
  return `${kind}/${id}`
}

/** Answers whether all versions matched. If not, part of it may be written and has to be rolled back. */
async function write(query: Query, changes: readonly Change[], sign: string): Promise<boolean> {
  const { rows } = await query(LOCK_RECORDS, columns(changes))
  const stored = new Map((rows as (Row & Change)[]).map((row) => [keyOf(row), row.version]))
  const matches = (change: Change) => (stored.get(keyOf(change)) ?? null) === change.expectedVersion
  if (!changes.every(matches)) return false

  const kept = changes.filter(({ data }) => data !== null)
  const created = kept.filter(({ expectedVersion }) => expectedVersion === null)
  const replaced = kept.filter(({ expectedVersion }) => expectedVersion !== null)
  const removed = changes.filter(({ data }) => data === null)
  const indexed = kept.flatMap(({ kind, id, indexes = {} }) =>
    Object.entries(indexes).map(([name, value]) => ({ kind, id, name, value })),
  )
  if (created.length > 0) {
    const { rowCount } = await query(INSERT, [...columns(created), contents(created)])
    if (rowCount !== created.length) return false
  }
  if (replaced.length > 0) await query(UPDATE, [...columns(replaced), contents(replaced)])
  if (removed.length > 0) await query(REMOVE, columns(removed))
  if (stored.size > 0) await query(REMOVE_INDEXES, columns(changes))
  if (indexed.length > 0) {
    const names = indexed.map(({ name }) => name)
    const values = indexed.map(({ value }) => value)
    await query(INSERT_INDEXES, [...columns(indexed), names, values])
  }
  await query(LEAVE_SIGN, [sign])
  return true
}

function columns(changes: readonly Pick<Change, 'kind' | 'id'>[]): string[][] {
  return [changes.map(({ kind }) => kind), changes.map(({ id }) => id)]
}

function contents(changes: readonly Change[]): string[] {
  return changes.map(({ data }) => JSON.stringify(data))
}

/**
 * Finds out whether the transaction with this sign took place, as long as `limit` allows.
 * @throws Error when the database cannot be asked
 */
async function tookPlace(connections: Connections, sign: string, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit
  for (let pause = 50; ; pause = Math.min(2 * pause, 1_000)) {
    try {
      let isFree = false
      await connections.transaction(async (query) => {
        const { rowCount } = await query(LOOK_FOR_SIGN, [sign])
        isFree = rowCount === 1
        return false
      })
      return !isFree
    } catch (cause) {
      if (performance.now() + pause > deadline) {
        throw new Error(
          `[astra] postgresStorage: the connection broke at COMMIT and the database could not be asked again within ${limit} ms. Whether the commit took place is unknown.`,
          { cause },
        )
      }
      await new Promise((resume) => setTimeout(resume, pause))
    }
  }
}
