import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sqliteStorage } from '../../src/node/sqlite.ts'
import { testStorage } from './contract.ts'

const newFile = () => join(mkdtempSync(join(tmpdir(), 'astra-sqlite-')), 'astra.db')

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
