import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createConnections } from '../../src/server/storage/postgres-connection.ts'
import type { PostgresPool } from '../../src/server/storage/postgres-connection.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('cancels a statement once, also where nobody answers that either', async () => {
  const asked: string[] = []
  let processID = 100
  const pool: PostgresPool = {
    connect: async () => ({
      processID: ++processID,
      release: () => {},
      query: (text, values) => {
        asked.push(`${text} ${JSON.stringify(values)}`)
        return new Promise(() => {})
      },
    }),
  }
  const connections = createConnections(pool, { connection: 5_000, statement: 5_000, outcome: 15_000 })
  const failure = connections.lend((query) => query('SELECT 1', [])).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(10 * 60_000)
  expect(await failure).toEqual(
    new Error('[astra] postgresStorage: the database did not answer within 6000 ms.'),
  )
  expect(asked).toEqual(['SELECT 1 []', 'SELECT pg_cancel_backend($1) [101]'])
})
