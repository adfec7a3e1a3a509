import type { Connections, Query } from './postgres-connection.ts'

/**
 * Each entry runs once, in order; its position is the schema version. Never edit one that was released. The collation
 * "C" compares bytes: no upgrade of the operating system can put the indexes out of order.
 */
const MIGRATIONS = [
  `CREATE TABLE astra_record (
     kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, version integer NOT NULL, data text NOT NULL,
     PRIMARY KEY (kind, id)
   );
   CREATE TABLE astra_index (
     kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     PRIMARY KEY (kind, name, value, id)
   );
   CREATE INDEX astra_index_record ON astra_index (kind, id);
   CREATE TABLE astra_counter (
     name text COLLATE "C" NOT NULL, window_start bigint NOT NULL, window_end bigint NOT NULL,
     count integer NOT NULL,
     PRIMARY KEY (name, window_start)
   );
   CREATE INDEX astra_counter_end ON astra_counter (window_end);
   CREATE TABLE astra_commit (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
   CREATE INDEX astra_commit_at ON astra_commit (at)`,
]

/** Any number that nobody else would take for an advisory lock. */
const LOCK = 4_127_382_615

/**
 * Creates the tables or brings them up to date. Instances that do so at the same moment wait for each other; where
 * nothing is to be done, no right to create tables is needed.
 *
 * @throws Error when the tables were made by a newer version of this package
 */
export async function migrate(connections: Connections): Promise<void> {
  if ((await connections.lend(schemaVersion)) === MIGRATIONS.length) return
  await connections.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await query('CREATE TABLE IF NOT EXISTS astra_schema (version integer NOT NULL)')
    for (const migration of MIGRATIONS.slice(await schemaVersion(query))) await query(migration)
    await query('DELETE FROM astra_schema')
    await query('INSERT INTO astra_schema (version) VALUES ($1)', [MIGRATIONS.length])
    return true
  })
}

async function schemaVersion(query: Query): Promise<number> {
  const table = await query(`SELECT to_regclass('astra_schema') IS NOT NULL AS "exists"`)
  if (!(table.rows[0] as { exists: boolean }).exists) return 0
  const { rows } = await query('SELECT version FROM astra_schema')
  const version = (rows[0] as { version: number } | undefined)?.version ?? 0
  if (version > MIGRATIONS.length) {
    throw new Error(
      `[astra] postgresStorage: the database has schema version ${version}, this version of astra-onboarding knows ${MIGRATIONS.length}. Upgrade the package.`,
    )
  }
  return version
}
