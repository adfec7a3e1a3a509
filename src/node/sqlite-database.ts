import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { damaged } from './sqlite-failure.ts'

/** The few methods that are used of a SQLite database; `node:sqlite`, `libsql` and `better-sqlite3` all have them. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

interface SqliteStatement {
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  run(...parameters: unknown[]): unknown
}

/**
 * Each entry runs once, in order; its position is the schema version. Never edit one that was released. Records keep their
 * rowid: what is created together then lies together, and only the keys are spread over the pages of their index.
 */
const MIGRATIONS = [
  `CREATE TABLE astra_record (
     kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL, indexes TEXT NOT NULL,
     PRIMARY KEY (kind, id)
   );
   CREATE TABLE astra_index (
     kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
     PRIMARY KEY (kind, name, value, id)
   ) WITHOUT ROWID;
   CREATE TABLE astra_counter (
     name TEXT NOT NULL, window_start INTEGER NOT NULL, window_end INTEGER NOT NULL, count INTEGER NOT NULL,
     PRIMARY KEY (name, window_start)
   ) WITHOUT ROWID;`,
]

/**
 * After so many pages of 4 kB the write-ahead log is copied into the file. A page that was written often meanwhile is
 * copied once, so a larger number costs less, and room on the disk. What is acknowledged is on the disk either way.
 */
const CHECKPOINT_PAGES = 8_000

/**
 * Opens the file, and brings its tables up to date. Every commit is synced to disk.
 * @param lock ms to wait for another process
 * @throws Error when the file is damaged, cannot be written, or was written by a newer version of this package
 */
export function openDatabase(file: string, lock: number): SqliteDatabase {
  const require = createRequire(import.meta.url)
  const open = loadNodeSqlite(require) ?? loadLibsql(require)
  let database: SqliteDatabase
  try {
    if (file !== ':memory:' && !file.startsWith('file:')) makePrivate(file)
    database = open(file)
  } catch (cause) {
    throw new Error(
      `[astra] sqliteStorage: ${file} cannot be opened. Its folder must exist and belong to the user of this process.`,
      { cause },
    )
  }
  try {
    // First of all: even a look at the file needs a lock that another process may hold just now.
    database.exec(`PRAGMA busy_timeout = ${Math.ceil(lock)}`)
    // Before anything can write to a file that is damaged.
    check(database, file)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL')
    // What is deleted, as by `proxy.forget`, must not stay readable in the file.
    database.exec('PRAGMA secure_delete = ON')
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    migrate(database, file)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A new file is its owner's alone, and so are those that SQLite puts beside it; one that is there keeps its rights. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    // It is there, or SQLite will say why it cannot be.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
  }
}

function check(database: SqliteDatabase, file: string): void {
  const { quick_check: finding } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (finding !== 'ok') throw new Error(`[astra] sqliteStorage: ${damaged(file, finding)}`)
}

function loadNodeSqlite(require: NodeJS.Require): ((file: string) => SqliteDatabase) | null {
  try {
    const { DatabaseSync } = require('node:sqlite') as { DatabaseSync: new (file: string) => SqliteDatabase }
    return (file) => new DatabaseSync(file)
  } catch {
    return null
  }
}

function loadLibsql(require: NodeJS.Require): (file: string) => SqliteDatabase {
  let Database: new (file: string) => SqliteDatabase
  try {
    Database = require('libsql') as typeof Database
  } catch (cause) {
    throw new Error(
      '[astra] sqliteStorage: this Node has no `node:sqlite` and the package `libsql` is missing. Run `npm install libsql`, or use Node 22.13 or later.',
      { cause },
    )
  }
  return (file) => new Database(file)
}

/** Takes the write lock even if nothing is to be done: a file that cannot be written is refused here. */
function migrate(database: SqliteDatabase, file: string): void {
  transaction(database, () => {
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number
    }
    if (version > MIGRATIONS.length) {
      throw new Error(
        `[astra] sqliteStorage: ${file} has schema version ${version}, this version of astra-onboarding knows ${MIGRATIONS.length}. Upgrade the package.`,
      )
    }
    if (version === MIGRATIONS.length) return
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

/** IMMEDIATE takes the write lock first: two processes can then never both read before either writes. */
export function transaction<T>(database: SqliteDatabase, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as after a full disk; the first error is the one that matters.
    }
    throw error
  }
}
