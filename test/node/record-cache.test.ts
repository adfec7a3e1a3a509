import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { recordCache } from '../../src/node/record-cache.ts'
import { sqliteStorage } from '../../src/node/sqlite.ts'

const record = (id: string) => ({ id })

/** A cache before a file whose version the test sets; tells how often each record was read. */
function setUp() {
  const file = { version: (): number => 1 }
  const cache = recordCache<{ id: string }>({
    prepare: () => ({ get: () => ({ data_version: file.version() }) }),
  })
  const reads: string[] = []
  const get = (id: string) => cache.get(id, () => (reads.push(id), record(id)))
  cache.validate()
  return { file, cache, reads, get }
}

/** Two connections to one file, as two processes have them. */
function openTwice() {
  const folder = mkdtempSync(join(tmpdir(), 'astra-cache-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'astra.db')
  const storages = [sqliteStorage(file), sqliteStorage(file)] as const
  onTestFinished(() => storages.forEach((storage) => storage.close()))
  return storages
}

it('reads a record once while nobody writes to the file', () => {
  const { cache, reads, get } = setUp()
  get('a')
  cache.validate()
  expect(get('a')).toEqual(record('a'))
  expect(reads).toEqual(['a'])
})

it('reads everything again once somebody else has written to the file', () => {
  const { file, cache, reads, get } = setUp()
  get('a')
  get('b')
  file.version = () => 2
  cache.validate()
  get('a')
  get('b')
  expect(reads).toEqual(['a', 'b', 'a', 'b'])
})

it('reads a record again that was written here, and no other', () => {
  const { cache, reads, get } = setUp()
  get('a')
  get('b')
  cache.forget('a')
  get('a')
  get('b')
  expect(reads).toEqual(['a', 'b', 'a'])
})

it('goes by nothing that it knew when it cannot look at the file, nor afterwards', () => {
  const { file, cache, reads, get } = setUp()
  get('a')
  file.version = () => {
    throw new Error('database is locked')
  }
  for (let look = 0; look < 2; look++) {
    expect(() => cache.validate()).toThrow('database is locked')
    get('a')
  }
  file.version = () => 1
  cache.validate()
  get('a')
  expect(reads).toEqual(['a', 'a', 'a', 'a'])
})

it('does not remember that a record was missing', () => {
  const { cache } = setUp()
  expect(cache.get('a', () => null)).toBeNull()
  expect(cache.get('a', () => record('a'))).toEqual(record('a'))
})

it('holds a thousand records at most, and lets go of the one that was read longest ago', () => {
  const { reads, get } = setUp()
  const ids = Array.from({ length: 1_001 }, (_, index) => `customer-${index}`)
  ids.forEach(get)
  ids.slice(1).forEach(get)
  get('customer-0')
  expect(reads).toEqual([...ids, 'customer-0'])
})

it('shows what the other connection has written between two writes of its own', async () => {
  const [one, other] = openTwice()
  const put = (storage: typeof one, id: string, expectedVersion: number | null, data: unknown) =>
    storage.commit([{ kind: 'customer', id, expectedVersion, data }])
  await put(one, 'a', null, 'first')
  await put(one, 'b', null, 'first')
  expect(await one.get('customer', 'a')).toMatchObject({ data: 'first' })
  await put(one, 'b', 1, 'second')
  expect(await put(other, 'a', 1, 'second')).toBe(true)
  await put(one, 'b', 2, 'third')
  expect(await one.get('customer', 'a')).toMatchObject({ version: 2, data: 'second' })
  expect(await one.get('customer', 'b')).toMatchObject({ version: 3, data: 'third' })
})

it('shows after a write that failed what was there before', async () => {
  const [one] = openTwice()
  await one.commit([{ kind: 'customer', id: 'a', expectedVersion: null, data: 'first' }])
  const known = await one.get('customer', 'a')
  const unsayable = {
    toJSON() {
      throw new Error('no text for this')
    },
  }
  await expect(
    one.commit([{ kind: 'customer', id: 'a', expectedVersion: 1, data: unsayable }]),
  ).rejects.toThrow('no text for this')
  expect(await one.get('customer', 'a')).toEqual(known)
  expect(await one.commit([{ kind: 'customer', id: 'a', expectedVersion: 7, data: 'x' }])).toBe(false)
  expect(await one.get('customer', 'a')).toEqual(known)
})

it('gives the same object to all who ask, from one turn to the next', async () => {
  const [one] = openTwice()
  await one.commit([{ kind: 'customer', id: 'a', expectedVersion: null, data: {} }])
  const known = await one.get('customer', 'a')
  await nextTurn()
  expect(await one.get('customer', 'a')).toBe(known)
})

it('shows a whole commit, also what was read between its call and its run, and keeps kinds apart', async () => {
  const [one] = openTwice()
  const write = (id: string, expectedVersion: number | null) =>
    ({ kind: 'customer', id, expectedVersion, data: {} }) as const
  const flow = { kind: 'flow', id: 'a', expectedVersion: null, data: 'flow' } as const
  await one.commit([write('a', null), write('b', null), flow])
  await one.get('customer', 'b')
  await nextTurn()
  const written = one.commit([write('a', 1), write('b', 1)])
  await one.get('customer', 'a')
  await written
  const versions = [await one.get('customer', 'a'), await one.get('customer', 'b')].map((is) => is?.version)
  expect(versions).toEqual([2, 2])
  expect(await one.get('flow', 'a')).toMatchObject({ kind: 'flow', data: 'flow' })
})
