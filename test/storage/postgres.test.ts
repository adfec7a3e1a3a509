import type { Pool, PoolConfig } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgresStorage } from '../../src/server/storage/postgres.ts'
import type { PostgresPool } from '../../src/server/storage/postgres.ts'
import type { AstraStorage, Change } from '../../src/server/storage/storage.ts'
import { startPostgres } from '../support/postgres.ts'
import type { TestPostgres } from '../support/postgres.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'
import { testStorage } from './contract.ts'

let postgres: TestPostgres
let wire: TcpProxy

beforeAll(async () => {
  postgres = await startPostgres()
  wire = await startTcpProxy(postgres.port)
}, 60_000)

afterEach(async () => {
  wire.mend()
  await postgres.endPools()
})

afterAll(async () => {
  await wire.close()
  await postgres.stop()
}, 60_000)

const openPool = async (config: PoolConfig = {}) =>
  postgres.openPool({ ...(await postgres.freshSchema()), ...config })

/** A storage whose only connection leads over the wire, ready for use; and how to reach its schema past the wire. */
async function openOnWire(limits = {}): Promise<{ storage: AstraStorage; direct: PoolConfig }> {
  const direct = await postgres.freshSchema()
  const pool = postgres.openPool({ ...direct, port: wire.port, max: 1 })
  const storage = postgresStorage(pool, { statement: 500, ...limits })
  await storage.get('flow', 'a')
  return { storage, direct }
}

/** Until a session on the server waits for a lock of another. */
async function untilSomebodyWaits(): Promise<void> {
  const pool = postgres.openPool({ connectionString: postgres.url })
  await vi.waitFor(async () => {
    const waiting = await pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    expect(waiting.rowCount).toBe(1)
  }, 10_000)
}

/** The pool, with the codes of all errors that the server reported. */
function watch(pool: Pool): { pool: PostgresPool; codes: string[] } {
  const codes: string[] = []
  const note = (error: Error & { code?: string }): never => {
    codes.push(error.code ?? error.message)
    throw error
  }
  const connect = async () => {
    const client = await pool.connect()
    return {
      query: (text: string, values?: unknown[]) => client.query(text, values).catch(note),
      release: (error?: Error) => client.release(error),
    }
  }
  return { pool: { connect }, codes }
}

const create = (id: string, data: unknown = 1): Change => ({ kind: 'flow', id, expectedVersion: null, data })
const replace = (id: string, expectedVersion: number, data: unknown = 2): Change => ({
  kind: 'flow',
  id,
  expectedVersion,
  data,
})

testStorage('postgres', async () => postgresStorage(await openPool()))

describe('the tables of postgresStorage', () => {
  it('are created once by instances that start at the same moment', async () => {
    const schema = await postgres.freshSchema()
    const instances = Array.from({ length: 8 }, () =>
      postgresStorage(postgres.openPool({ ...schema, max: 1 })),
    )
    const wins = await Promise.all(instances.map((storage) => storage.commit([create('a')])))
    expect(wins.filter(Boolean)).toHaveLength(1)
    const pool = postgres.openPool(schema)
    expect((await pool.query('SELECT version FROM astra_schema')).rows).toEqual([{ version: 1 }])
  })

  it('are refused when a newer version made them, with what to do', async () => {
    const pool = await openPool()
    await postgresStorage(pool).get('flow', 'a')
    await pool.query('UPDATE astra_schema SET version = 99')
    await expect(postgresStorage(pool).get('flow', 'a')).rejects.toThrow(
      '[astra] postgresStorage: the database has schema version 99, this version of astra-onboarding knows 1. Upgrade the package.',
    )
  })

  it('are looked for anew after a first use that failed', async () => {
    const pool = await openPool({ max: 1 })
    const storage = postgresStorage(pool, { connection: 20 })
    const held = await pool.connect()
    await expect(storage.get('flow', 'a')).rejects.toThrow('no connection')
    held.release()
    expect(await storage.get('flow', 'a')).toBeNull()
  })
})

describe('simultaneous commits to postgresStorage', () => {
  it('are won by exactly one instance in each round', async () => {
    const schema = await postgres.freshSchema()
    const instances = [1, 2, 3].map(() => postgresStorage(postgres.openPool(schema)))
    await instances[0]?.commit([create('a')])
    for (let version = 1; version <= 20; version++) {
      const chosen = Array.from({ length: 20 }, (_, index) => instances[index % 3])
      const commits = chosen.map(async (storage) => storage?.commit([replace('a', version)]))
      expect((await Promise.all(commits)).filter(Boolean)).toHaveLength(1)
    }
  })

  it('of the same records in opposite order never wait for each other in a circle', async () => {
    const { pool, codes } = watch(await openPool({ max: 20 }))
    const storage = postgresStorage(pool)
    await storage.commit([create('a'), create('b')])
    for (let version = 1; version <= 20; version++) {
      const changes = [replace('a', version), replace('b', version)]
      const births = [create(`c${version}`), create(`d${version}`)]
      const commits = Array.from({ length: 20 }, (_, index) => {
        const one = index % 4 < 2 ? changes : births
        return storage.commit(index % 2 === 0 ? one : one.toReversed())
      })
      expect((await Promise.all(commits)).filter(Boolean)).toHaveLength(2)
    }
    expect(codes).toEqual([])
  })

  it.each(['BEFORE INSERT ON astra_record', 'AFTER INSERT ON astra_record DEFERRABLE INITIALLY DEFERRED'])(
    'are tried anew three times after a serialization failure (%s)',
    async (moment) => {
      const pool = await openPool()
      const storage = postgresStorage(pool)
      await storage.get('flow', 'a')
      await pool.query(`CREATE SEQUENCE tries;
        CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('tries') % 5 <> 4 THEN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END IF;
          RETURN NEW;
        END $$;
        CREATE ${moment.startsWith('AFTER') ? 'CONSTRAINT' : ''} TRIGGER conflict ${moment}
          FOR EACH ROW EXECUTE FUNCTION conflict()`)
      expect(await storage.commit([create('a')])).toBe(true)
      await pool.query("SELECT setval('tries', 4)")
      await pool.query(
        "CREATE OR REPLACE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('tries'); RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$",
      )
      await expect(storage.commit([create('b')])).rejects.toMatchObject({ code: '40P01' })
      expect((await pool.query("SELECT nextval('tries')::int AS next")).rows).toEqual([{ next: 9 }])
      expect(await storage.get('flow', 'b')).toBeNull()
    },
  )
})

describe('the time that postgresStorage takes', () => {
  it('is bounded while the pool has no connection left, and the late connection goes back', async () => {
    const pool = await openPool({ max: 1 })
    const storage = postgresStorage(pool, { connection: 500 })
    await storage.get('flow', 'a')
    const held = await pool.connect()
    await expect(storage.commit([create('a')])).rejects.toThrow(
      '[astra] postgresStorage: no connection within 500 ms. The pool is used up, or the database cannot be reached.',
    )
    held.release()
    expect(await storage.commit([create('a')])).toBe(true)
    expect(pool.idleCount).toBe(1)
  })

  it('is bounded while somebody else has locked the record, and nothing is written', async () => {
    const pool = await openPool({ max: 2 })
    const storage = postgresStorage(pool, { statement: 50 })
    await storage.commit([create('a')])
    const other = await pool.connect()
    await other.query('BEGIN; SELECT * FROM astra_record FOR UPDATE')
    await expect(storage.commit([create('b'), replace('a', 1)])).rejects.toMatchObject({ code: '57014' })
    await other.query('ROLLBACK')
    other.release()
    expect(await storage.get('flow', 'b')).toBeNull()
    expect(await storage.commit([create('b'), replace('a', 1)])).toBe(true)
    expect(pool.totalCount).toBe(2)
  })

  it('leaves no session behind that waits for a lock, and counts nothing afterwards that was refused', async () => {
    const pool = await openPool({ max: 2 })
    const storage = postgresStorage(pool, { statement: 50 })
    await storage.get('flow', 'a')
    const other = postgres.openPool(pool.options)
    const holder = await other.connect()
    await holder.query('BEGIN; LOCK TABLE astra_counter, astra_record IN ACCESS EXCLUSIVE MODE')
    const calls = await Promise.allSettled([
      storage.increment('key', { start: 0, end: 10 }),
      storage.get('flow', 'a'),
    ])
    for (const call of calls)
      expect(call).toMatchObject({
        reason: new Error('[astra] postgresStorage: the database did not answer within 1050 ms.'),
      })
    const waiting = () => other.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    await vi.waitFor(async () => expect((await waiting()).rowCount).toBe(0), 5_000)
    await holder.query('ROLLBACK')
    holder.release()
    expect(await storage.increment('key', { start: 0, end: 10 })).toBe(1)
  })

  it('is set for every transaction, with its durability, whatever the connection says', async () => {
    const pool = await openPool({ max: 1 })
    const storage = postgresStorage(pool)
    await storage.get('flow', 'a')
    await pool.query(`SET synchronous_commit = off;
      CREATE TABLE seen (timeout text, idle text, synchronous text);
      CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen VALUES (current_setting('statement_timeout'),
          current_setting('idle_in_transaction_session_timeout'), current_setting('synchronous_commit'));
        RETURN NEW;
      END $$;
      CREATE TRIGGER look BEFORE INSERT ON astra_record FOR EACH ROW EXECUTE FUNCTION look()`)
    await storage.commit([create('a')])
    await pool.query('SET synchronous_commit = remote_apply')
    await storage.commit([create('b')])
    const seen = (synchronous: string) => ({ timeout: '5s', idle: '10s', synchronous })
    expect((await pool.query('SELECT * FROM seen')).rows).toEqual([seen('on'), seen('remote_apply')])
    expect((await pool.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }])
  })
})

describe('a connection of postgresStorage that breaks', () => {
  it('before the server saw COMMIT: the commit is done again', async () => {
    const { storage } = await openOnWire()
    wire.failNext('commit lost')
    expect(await storage.commit([create('a')])).toBe(true)
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 1 })
  })

  it.each([
    ['creation', create('b'), { version: 1 }],
    ['replacement', replace('a', 1), { version: 2, data: 2 }],
    ['deletion', replace('a', 1, null), null],
  ])('after the server committed a %s: the answer is true', async (_, change, stored) => {
    const { storage } = await openOnWire()
    await storage.commit([create('a')])
    wire.failNext('acknowledgement lost')
    expect(await storage.commit([change])).toBe(true)
    const record = await storage.get('flow', change.id)
    if (stored) expect(record).toMatchObject(stored)
    else expect(record).toBeNull()
  })

  it('before COMMIT, while somebody else waits to write: the answer is false', async () => {
    const { storage, direct } = await openOnWire()
    await storage.commit([create('a')])
    wire.failNext('commit delayed')
    const mine = storage.commit([replace('a', 1, 'mine')])
    await vi.waitFor(() => expect(wire.hasFailed()).toBe(true))
    const theirs = postgresStorage(postgres.openPool(direct)).commit([replace('a', 1, 'theirs')])
    await untilSomebodyWaits()
    wire.drop()
    expect([await mine, await theirs]).toEqual([false, true])
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 2, data: 'theirs' })
  }, 20_000)

  it('with COMMIT still on its way: the answer waits for it', async () => {
    const { storage } = await openOnWire()
    wire.failNext('commit delayed')
    const commit = storage.commit([create('a')])
    await untilSomebodyWaits()
    wire.deliver()
    expect(await commit).toBe(true)
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 1 })
  }, 20_000)

  it('and a database that cannot be asked afterwards: the error says that the outcome is unknown', async () => {
    const { storage } = await openOnWire({ outcome: 100 })
    wire.failNext('acknowledgement lost', { thenDown: true })
    await expect(storage.commit([create('a')])).rejects.toThrow(
      '[astra] postgresStorage: the connection broke at COMMIT and the database could not be asked again within 100 ms. Whether the commit took place is unknown.',
    )
    wire.mend()
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 1 })
  })

  it('at any place in the answers: the commit is done once', async () => {
    const { storage } = await openOnWire()
    await storage.commit([create('rounds', 0)])
    let round = 0
    for (let isWhole = false; !isWhole; round++) {
      await storage.get('flow', 'a')
      wire.failNext({ afterBytes: 3 * round })
      const done = await storage.commit([create(`r${round}`), replace('rounds', round + 1, round)])
      expect(`${round}: ${done}`).toBe(`${round}: true`)
      isWhole = !wire.hasFailed()
    }
    expect(round).toBeGreaterThan(50)
    expect(await storage.get('flow', 'rounds')).toMatchObject({ version: round + 1 })
  }, 90_000)

  it('is dropped when its server has become read-only', async () => {
    const pool = await openPool({ max: 3 })
    const storage = postgresStorage(pool)
    await storage.get('flow', 'a')
    const old = await Promise.all([1, 2, 3].map(() => pool.connect()))
    for (const client of old) {
      await client.query('SET default_transaction_read_only = on')
      client.release()
    }
    expect(await storage.commit([create('a')])).toBe(true)
    expect(pool.totalCount).toBe(1)
  })

  it('is an error in the end when every one is read-only', async () => {
    const direct = await postgres.freshSchema()
    await postgresStorage(postgres.openPool(direct)).commit([create('a')])
    const options = `${direct.options} -c default_transaction_read_only=on`
    const replica = postgresStorage(postgres.openPool({ ...direct, options }))
    await expect(replica.commit([create('b')])).rejects.toThrow(
      '[astra] postgresStorage: the connection broke: error 25006',
    )
    expect(await replica.get('flow', 'a')).toMatchObject({ version: 1 })
  })

  it('with its server is followed by new ones when the server is back', async () => {
    const storage = postgresStorage(await openPool({ max: 2 }), { outcome: 100 })
    await storage.commit([create('a')])
    await postgres.crash()
    await expect(storage.commit([replace('a', 1)])).rejects.toThrow(
      '[astra] postgresStorage: no connection to the database: Error ECONNREFUSED',
    )
    await postgres.start()
    expect(await storage.get('flow', 'a')).toMatchObject({ version: 1 })
    expect(await storage.commit([replace('a', 1)])).toBe(true)
  }, 30_000)
})

it('counts of ended windows are swept away', async () => {
  const pool = await openPool()
  const storage = postgresStorage(pool)
  await storage.increment('a', { start: 0, end: 10 })
  await storage.increment('b', { start: 5, end: 20 })
  await storage.increment('c', { start: 10, end: 20 })
  expect((await pool.query('SELECT name FROM astra_counter ORDER BY name')).rows).toEqual([
    { name: 'b' },
    { name: 'c' },
  ])
})

it('signs of commits are swept away after an hour', async () => {
  const pool = await openPool()
  const storage = postgresStorage(pool)
  await storage.commit([create('a')])
  await pool.query("UPDATE astra_commit SET at = at - interval '61 minutes'")
  await storage.commit([create('b')])
  expect((await pool.query('SELECT FROM astra_commit')).rowCount).toBe(1)
})

it("tells the database's time", async () => {
  const pool = await openPool()
  const time = async () =>
    Number((await pool.query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms')).rows[0].ms)
  const before = await time()
  const now = await postgresStorage(pool).now()
  expect(now).toBeGreaterThanOrEqual(Math.floor(before))
  expect(now).toBeLessThanOrEqual(await time())
})
