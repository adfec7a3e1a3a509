import { describe, expect, it } from 'vitest'
import type { AstraStorage, Change, Page } from '../../src/server/storage/storage.ts'

const created = (id: string, data: unknown = { name: id }, indexes?: Record<string, string>): Change => ({
  kind: 'flow',
  id,
  expectedVersion: null,
  data,
  ...(indexes && { indexes }),
})

/** The behaviour that every storage driver owes the proxy. */
export function testStorage(name: string, open: () => AstraStorage | Promise<AstraStorage>): void {
  describe(`${name} storage`, () => {
    it('returns null for a record that was never written', async () => {
      expect(await (await open()).get('flow', 'a')).toBeNull()
    })

    it('returns what was written, with version 1', async () => {
      const storage = await open()
      expect(await storage.commit([created('a', { deep: [1, null, 'ü'] })])).toBe(true)
      expect(await storage.get('flow', 'a')).toEqual({
        kind: 'flow',
        id: 'a',
        version: 1,
        data: { deep: [1, null, 'ü'] },
      })
    })

    it('keeps kinds apart', async () => {
      const storage = await open()
      await storage.commit([created('a')])
      expect(await storage.get('customer', 'a')).toBeNull()
    })

    it('refuses to create a record that exists', async () => {
      const storage = await open()
      await storage.commit([created('a', 1)])
      expect(await storage.commit([created('a', 2)])).toBe(false)
      expect((await storage.get('flow', 'a'))?.data).toBe(1)
    })

    it('replaces a record whose version matches and raises the version', async () => {
      const storage = await open()
      await storage.commit([created('a', 1)])
      expect(await storage.commit([{ kind: 'flow', id: 'a', expectedVersion: 1, data: 2 }])).toBe(true)
      expect(await storage.get('flow', 'a')).toMatchObject({ version: 2, data: 2 })
    })

    it('refuses a stale version and one for a missing record', async () => {
      const storage = await open()
      await storage.commit([created('a', 1)])
      await storage.commit([{ kind: 'flow', id: 'a', expectedVersion: 1, data: 2 }])
      expect(await storage.commit([{ kind: 'flow', id: 'a', expectedVersion: 1, data: 3 }])).toBe(false)
      expect(await storage.commit([{ kind: 'flow', id: 'b', expectedVersion: 1, data: 3 }])).toBe(false)
    })

    it('writes all changes or none', async () => {
      const storage = await open()
      await storage.commit([created('a', 1)])
      expect(await storage.commit([created('b', 1), created('a', 2)])).toBe(false)
      expect(await storage.get('flow', 'b')).toBeNull()
    })

    it('deletes with null data, and then the id is free again', async () => {
      const storage = await open()
      await storage.commit([created('a', 1, { browser: 'x' })])
      expect(await storage.commit([{ kind: 'flow', id: 'a', expectedVersion: 1, data: null }])).toBe(true)
      expect(await storage.get('flow', 'a')).toBeNull()
      expect(await storage.find('flow', 'browser', 'x')).toEqual([])
      expect(await storage.commit([created('a', 2)])).toBe(true)
    })

    it('holds the others of a commit to it that a record is not there', async () => {
      const storage = await open()
      const absent: Change = { kind: 'flow', id: 'a', expectedVersion: null, data: null }
      expect(await storage.commit([absent, created('b', 1, { browser: 'x' })])).toBe(true)
      expect(await storage.get('flow', 'a')).toBeNull()
      await storage.commit([created('a', 1)])
      expect(await storage.commit([absent, created('c', 1, { browser: 'x' })])).toBe(false)
      expect((await storage.get('flow', 'a'))?.data).toBe(1)
      expect((await storage.find('flow', 'browser', 'x')).map(({ id }) => id)).toEqual(['b'])
    })

    it('finds every record by an index value, of its kind only', async () => {
      const storage = await open()
      await storage.commit([created('a', 1, { browser: 'x' }), created('b', 2, { browser: 'x' })])
      await storage.commit([created('c', 3, { browser: 'y', other: 'x' })])
      const found = await storage.find('flow', 'browser', 'x')
      expect(found.map((record) => record.id).sort()).toEqual(['a', 'b'])
      expect(await storage.find('customer', 'browser', 'x')).toEqual([])
    })

    it('finds every record of a kind, with and without an index, in the order of ids', async () => {
      const storage = await open()
      await storage.commit([created('c', 1, { browser: 'x' }), created('a', 2), created('b', 3)])
      await storage.commit([{ kind: 'user', id: 'aa', expectedVersion: null, data: 4 }])
      const found = async (page?: Page) => (await storage.find('flow', null, '', page)).map(({ id }) => id)
      expect(await found()).toEqual(['a', 'b', 'c'])
      expect(await found({ after: 'a', limit: 1 })).toEqual(['b'])
      expect(await found({ after: 'c', limit: 1 })).toEqual([])
    })

    it('finds in the order of ids, as many as asked for, from behind an id on', async () => {
      const storage = await open()
      for (const id of ['c', 'a', 'd', 'b']) await storage.commit([created(id, 1, { browser: 'x' })])
      const ids = async (page?: { limit: number; after?: string }) =>
        (await storage.find('flow', 'browser', 'x', page)).map(({ id }) => id)
      expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
      expect(await ids({ limit: 3 })).toEqual(['a', 'b', 'c'])
      expect(await ids({ limit: 3, after: 'c' })).toEqual(['d'])
      expect(await ids({ limit: 1, after: 'bb' })).toEqual(['c'])
      expect(await ids({ limit: 1, after: 'd' })).toEqual([])
    })

    it('replaces the indexes of a record with each write', async () => {
      const storage = await open()
      await storage.commit([created('a', 1, { browser: 'x' })])
      await storage.commit([
        { kind: 'flow', id: 'a', expectedVersion: 1, data: 2, indexes: { browser: 'y' } },
      ])
      expect(await storage.find('flow', 'browser', 'x')).toEqual([])
      expect(await storage.find('flow', 'browser', 'y')).toHaveLength(1)
    })

    it('lets exactly one of many simultaneous writers win', async () => {
      const storage = await open()
      await storage.commit([created('a', 0)])
      const wins = await Promise.all(
        Array.from({ length: 20 }, (_, data) =>
          storage.commit([{ kind: 'flow', id: 'a', expectedVersion: 1, data }]),
        ),
      )
      expect(wins.filter(Boolean)).toHaveLength(1)
    })

    it('lets exactly one of many simultaneous creators win, round after round', async () => {
      const storage = await open()
      for (let round = 1; round <= 5; round++) {
        const id = `round ${round}`
        const changes = Array.from({ length: 20 }, (_, data) =>
          created(id, data, { browser: `${id} ${data}` }),
        )
        const wins = await Promise.all(changes.map((change) => storage.commit([change])))
        expect(wins.filter(Boolean)).toHaveLength(1)
        const winner = wins.indexOf(true)
        expect(await storage.get('flow', id)).toMatchObject({ version: 1, data: winner })
        expect(await storage.find('flow', 'browser', `${id} ${winner}`)).toHaveLength(1)
      }
    })

    it('creates, replaces and deletes in one commit', async () => {
      const storage = await open()
      await storage.commit([created('b', 1, { browser: 'x' }), created('c', 1, { browser: 'x' })])
      const changes: Change[] = [
        { kind: 'flow', id: 'c', expectedVersion: 1, data: null },
        created('a', 2, { browser: 'x', other: 'x' }),
        { kind: 'flow', id: 'b', expectedVersion: 1, data: 2, indexes: { browser: 'x' } },
      ]
      expect(await storage.commit(changes)).toBe(true)
      const found = await storage.find('flow', 'browser', 'x')
      expect(found.map(({ id, version }) => `${id} ${version}`).sort()).toEqual(['a 1', 'b 2'])
    })

    it('keeps every character of ids, index values and data', async () => {
      const storage = await open()
      const odd = `{"a,b\\}',NULL;--\n😀`
      expect(await storage.commit([created(odd, { odd: `${odd}\u0000` }, { [odd]: odd })])).toBe(true)
      expect((await storage.find('flow', odd, odd))[0]).toMatchObject({
        id: odd,
        data: { odd: `${odd}\u0000` },
      })
    })

    it('does not share objects with its caller', async () => {
      const storage = await open()
      const data = { list: [1] }
      await storage.commit([created('a', data)])
      data.list.push(2)
      const read = await storage.get('flow', 'a')
      expect(read?.data).toEqual({ list: [1] })
    })

    it('counts per key and window', async () => {
      const storage = await open()
      const first = { start: 0, end: 10 }
      expect(await storage.increment('k', first)).toBe(1)
      expect(await storage.increment('k', first)).toBe(2)
      expect(await storage.increment('other', first)).toBe(1)
      expect(await storage.increment('k', { start: 10, end: 20 })).toBe(1)
    })

    it('gives each of many simultaneous increments a count of its own', async () => {
      const storage = await open()
      const counts = await Promise.all(
        Array.from({ length: 20 }, () => storage.increment('k', { start: 0, end: 10 })),
      )
      expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    })
  })
}
