import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { readTogether } from '../../src/node/read-together.ts'
import { sqliteStorage } from '../../src/node/sqlite.ts'

it('opens one transaction for the reads of a turn, and ends it with the turn', async () => {
  const done: string[] = []
  const reads = readTogether({ prepare: (sql) => ({ run: () => done.push(sql) }) })
  reads.begin()
  await Promise.resolve()
  reads.begin()
  expect(done).toEqual(['BEGIN'])
  await nextTurn()
  expect(done).toEqual(['BEGIN', 'COMMIT'])
  reads.begin()
  expect(done).toEqual(['BEGIN', 'COMMIT', 'BEGIN'])
})

it('ends it at once when something is to be written, and only once', async () => {
  const done: string[] = []
  const reads = readTogether({ prepare: (sql) => ({ run: () => done.push(sql) }) })
  reads.begin()
  reads.end()
  await nextTurn()
  expect(done).toEqual(['BEGIN', 'COMMIT'])
})

it('goes on after a read that has ended it by itself', async () => {
  const done: string[] = []
  const reads = readTogether({
    prepare: (sql) => ({
      run: () => {
        done.push(sql)
        if (sql === 'COMMIT') throw new Error('cannot commit - no transaction is active')
      },
    }),
  })
  reads.begin()
  await nextTurn()
  reads.begin()
  expect(done).toEqual(['BEGIN', 'COMMIT', 'BEGIN'])
})

it('shows what another process has written from the next turn on, and what this one has written at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'astra-reads-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'astra.db')
  const [one, other] = [sqliteStorage(file), sqliteStorage(file)]
  const version = async () => (await one.get('flow', 'a'))?.version ?? null
  const write = (storage: typeof one, expectedVersion: number | null) =>
    storage.commit([{ kind: 'flow', id: 'a', expectedVersion, data: 1 }])
  expect(await version()).toBeNull()
  expect(await write(other, null)).toBe(true)
  await nextTurn()
  expect(await version()).toBe(1)
  expect(await write(one, 1)).toBe(true)
  expect(await version()).toBe(2)
  expect(await write(other, 1)).toBe(false)
  one.close()
  other.close()
})
