/** SQLite's primary result codes that have a cure. @see https://sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26

const OF_THE_FILE = new Set([BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB])

/**
 * The error with what happened to which file, and what to do about it. Errors without a known cure stay as they are.
 *
 * @param lockLimit how long a lock was waited for, in ms
 */
export function explainSqliteFailure(error: unknown, file: string, lockLimit: number): unknown {
  const text = sentence(primaryCode(error), error, file, lockLimit)
  return text === null ? error : new Error(`[astra] sqliteStorage: ${text}`, { cause: error })
}

/** Whether any other write would fail just so: the file is locked, full, damaged or out of reach. */
export function isOfTheFile(error: unknown): boolean {
  return OF_THE_FILE.has(primaryCode(error))
}

/** @param finding what `PRAGMA quick_check` answered */
export function damaged(file: string, finding: string): string {
  return `${file} is damaged (${finding.replaceAll(/\s+/g, ' ')}). It was left as it is; restore it from a backup.`
}

function sentence(code: number, error: unknown, file: string, lockLimit: number): string | null {
  switch (code) {
    case BUSY:
    case LOCKED:
      return `${file} stayed locked by another process for ${lockLimit} ms. Nothing was written; try again.`
    case FULL:
      return `the disk of ${file} is full. Nothing was written; make room.`
    case READONLY:
    case CANTOPEN:
      return `${file} cannot be written. It and its folder must belong to the user of this process.`
    case CORRUPT:
    case NOTADB:
      return damaged(file, (error as Error).message)
    default:
      return null
  }
}

/** `node:sqlite` calls the code `errcode`, `libsql` `rawCode`; the lowest eight bits are the primary one. */
function primaryCode(error: unknown): number {
  const { errcode, rawCode } = (error ?? {}) as { errcode?: number; rawCode?: number }
  return (errcode ?? rawCode ?? 0) & 0xff
}
