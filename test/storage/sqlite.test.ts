import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { sqliteStorage } from '../../src/node/sqlite.ts'
import type { Change } from '../../src/server/storage/storage.ts'
import { testStorage } from './contract.ts'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'astra-sqlite-'))
  folders.push(folder)
  return join(folder, 'astra.db')
}

const create = (id: string, data: unknown = 1): Change => ({ kind: 'flow', id, expectedVersion: null, data })

testStorage('sqlite', () => sqliteStorage(newFile()))

it('keeps its records on disk over a close and a new open', async () => {
  const file = newFile()
  const before = sqliteStorage(file)
  await before.commit([{ kind: 'customer', id: 'c', expectedVersion: null, data: 1, indexes: { user: 'u' } }])
  before.close()
  const after = sqliteStorage(file)
  expect(await after.get('customer', 'c')).toMatchObject({ version: 1, data: 1 })
  expect(await after.find('customer', 'user', 'u')).toHaveLength(1)
  after.close()
})

it('has everything in the file itself once it is closed', async () => {
  const file = newFile()
  const storage = sqliteStorage(file)
  await storage.commit([create('a')])
  storage.close()
  const copy = newFile()
  copyFileSync(file, copy)
  const copied = sqliteStorage(copy)
  expect(await copied.get('flow', 'a')).toMatchObject({ version: 1 })
  copied.close()
})

it('copies what was written into the file rarely, but before the log beside it grows for ever', async () => {
  const file = newFile()
  const storage = sqliteStorage(file)
  const write = async (from: number, to: number) => {
    for (let id = from; id < to; id++) await storage.commit([create(`${id}`, 'x'.repeat(2 ** 20))])
  }
  await write(0, 10)
  expect(statSync(file).size).toBeLessThan(2 ** 20)
  await write(10, 40)
  expect(statSync(file).size).toBeGreaterThan(30 * 2 ** 20)
  storage.close()
})

it('serves two connections to one file, as two processes have them', async () => {
  const file = newFile()
  const one = sqliteStorage(file)
  const two = sqliteStorage(file)
  await one.commit([{ kind: 'customer', id: 'c', expectedVersion: null, data: 1 }])
  expect(await two.commit([{ kind: 'customer', id: 'c', expectedVersion: 1, data: 2 }])).toBe(true)
  expect(await one.commit([{ kind: 'customer', id: 'c', expectedVersion: 1, data: 3 }])).toBe(false)
  one.close()
  two.close()
})

it('refuses a file of a newer schema and says what to do', async () => {
  const file = newFile()
  const storage = sqliteStorage(file)
  storage.close()
  const { default: Database } = await import('libsql')
  const raw = new Database(file)
  raw.exec('PRAGMA user_version = 99')
  raw.close()
  expect(() => sqliteStorage(file)).toThrow(
    `[astra] sqliteStorage: ${file} has schema version 99, this version of astra-onboarding knows 1. Upgrade the package.`,
  )
})

describe('a SQLite file that is locked by another process', () => {
  it('can be read; a commit ends with a clear error and is possible again afterwards', async () => {
    const file = newFile()
    const storage = sqliteStorage(file, { lock: 50 })
    await storage.commit([create('a')])
    const other = await lockFromAnotherProcess(file)
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 1 })
    const text = `[astra] sqliteStorage: ${file} stayed locked by another process for 50 ms. Nothing was written; try again.`
    await expect(storage.commit([create('b')])).rejects.toThrow(text)
    await expect(storage.increment('k', { start: 0, end: 1 })).rejects.toThrow(text)
    expect(() => sqliteStorage(file, { lock: 50 })).toThrow(text)
    await other.unlock()
    expect(await storage.commit([create('b')])).toBe(true)
    storage.close()
  })

  it('is waited for', async () => {
    const file = newFile()
    const storage = sqliteStorage(file)
    const other = await lockFromAnotherProcess(file)
    const unlocked = other.unlock(200)
    expect(await storage.commit([create('b')])).toBe(true)
    await unlocked
    storage.close()
  })
})

describe('a SQLite file that is damaged', () => {
  it.each([
    [
      'in a page',
      (bytes: Buffer) => bytes.fill(0x5a, 4096, 4200),
      /\(\*\*\* in database main \*\*\* Tree \d+ page 2: .*\)/,
    ],
    ['in its header', (bytes: Buffer) => bytes.fill(7, 0, 100), /\(file is not a database\)/],
    [
      'by losing its end',
      (bytes: Buffer) => bytes.subarray(0, 3 * 4096),
      /\(database disk image is malformed\)/,
    ],
  ])('%s is refused by name and left as it is', async (_, damage, finding) => {
    const healthy = newFile()
    const storage = sqliteStorage(healthy)
    await storage.commit([create('a', 'x'.repeat(20_000))])
    storage.close()
    const file = newFile()
    const bytes = damage(readFileSync(healthy))
    writeFileSync(file, bytes)
    const open = () => sqliteStorage(file)
    expect(open).toThrow(`[astra] sqliteStorage: ${file} is damaged (`)
    expect(open).toThrow(finding)
    expect(open).toThrow('It was left as it is; restore it from a backup.')
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })
})

it('a new file is its owner’s alone, with what lies beside it; one that is there keeps its rights', async () => {
  const file = newFile()
  const storage = sqliteStorage(file)
  await storage.commit([create('a')])
  const rights = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect([rights(file), rights(`${file}-wal`)]).toEqual(['600', '600'])
  storage.close()
  chmodSync(file, 0o640)
  sqliteStorage(file).close()
  expect(rights(file)).toBe('640')
})

it('what is deleted cannot be read in the file any more', async () => {
  const file = newFile()
  const storage = sqliteStorage(file)
  const secret = 'v1.sealed-token-of-rosa'
  const kept = create('kept', 'v1.sealed-token-of-mia')
  await storage.commit([{ ...create('gone', secret), indexes: { customer: 'rosa-77' } }, kept])
  await storage.commit([{ kind: 'flow', id: 'gone', expectedVersion: 1, data: null }])
  storage.close()
  const bytes = readFileSync(file)
  expect([secret, 'rosa-77', 'of-mia'].map((text) => bytes.includes(text))).toEqual([false, false, true])
})

it.each(['', undefined])('no path is refused: %j would be a database that ends with the process', (file) => {
  expect(() => sqliteStorage(file as string)).toThrow(
    "[astra] sqliteStorage: the path of the database is missing; give one, like 'astra.db'.",
  )
})

describe('a SQLite file that cannot be written', () => {
  it('is refused by name', () => {
    const writable = newFile()
    sqliteStorage(writable).close()
    const file = newFile()
    copyFileSync(writable, file)
    chmodSync(file, 0o444)
    chmodSync(dirname(file), 0o555)
    withoutRoot(() =>
      expect(() => sqliteStorage(file)).toThrow(
        `[astra] sqliteStorage: ${file} cannot be written. It and its folder must belong to the user of this process.`,
      ),
    )
  })

  it('is refused by name when its folder is missing', () => {
    expect(() => sqliteStorage('/nowhere/astra.db')).toThrow(
      '[astra] sqliteStorage: /nowhere/astra.db cannot be opened. Its folder must exist and belong to the user of this process.',
    )
  })
})

it('a full disk ends a commit with nothing half written', async ({ skip }) => {
  const folder = mountSmallDisk() ?? skip('a file system may not be mounted here')
  const file = join(folder, 'astra.db')
  const ballast = join(folder, 'ballast')
  onTestFinished(() => {
    // Lazily, since libsql lets go of the file only when its objects are collected.
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(ballast, Buffer.alloc(200_000))
  const storage = sqliteStorage(file)
  await storage.commit([create('rounds', 0)])
  let round = 1
  const write = () =>
    storage.commit([
      { kind: 'flow', id: 'rounds', expectedVersion: round, data: round },
      create(`r${round}`, 'x'.repeat(5_000)),
    ])
  const fill = async () => {
    for (; round < 1_000; round++) await write()
  }
  const text = `[astra] sqliteStorage: the disk of ${file} is full. Nothing was written; make room.`
  await expect(fill()).rejects.toThrow(text)
  expect(round).toBeGreaterThan(1)
  expect(await storage.get('flow', 'rounds')).toMatchObject({ version: round, data: round - 1 })
  expect(await storage.get('flow', `r${round - 1}`)).toMatchObject({ version: 1 })
  expect(await storage.get('flow', `r${round}`)).toBeNull()
  const again = sqliteStorage(file)
  expect(await again.get('flow', 'rounds')).toMatchObject({ version: round })
  again.close()

  rmSync(ballast)
  expect(await write()).toBe(true)
  storage.close()
  const last = sqliteStorage(file)
  expect(await last.get('flow', 'rounds')).toMatchObject({ version: round + 1 })
  last.close()
})

/** A second process holds the write lock until it is told to let go, after a while if so wished. */
async function lockFromAnotherProcess(file: string): Promise<{ unlock(afterMs?: number): Promise<unknown> }> {
  const script = `
    const Database = require('libsql')
    const database = new Database(${JSON.stringify(file)})
    database.exec('BEGIN EXCLUSIVE')
    console.log('locked')
    process.stdin.once('data', (ms) => setTimeout(() => {
      database.exec('COMMIT')
      process.exit()
    }, Number(ms)))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  const exit = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), exit.then(() => Promise.reject(new Error('no lock')))])
  return {
    unlock(afterMs = 0) {
      child.stdin.write(`${afterMs}`)
      return exit
    },
  }
}

/** For root every file is writable. */
function withoutRoot(work: () => void): void {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    work()
  } finally {
    process.seteuid?.(0)
  }
}

/** A file system of 1 MiB, or null where it may not be mounted. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'astra-full-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (status === 0) return folder
  rmdirSync(folder)
  return null
}
