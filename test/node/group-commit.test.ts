import { expect, it } from 'vitest'
import { groupCommit } from '../../src/node/group-commit.ts'

/** A list that is written in transactions; `fails` makes one of them fail at its end. Nobody is to blame for `full`. */
function setUp(fails: (transaction: number) => boolean = () => false) {
  const written: string[] = []
  const sizes: number[] = []
  const commit = groupCommit(
    (work) => {
      const before = written.length
      try {
        const result = work()
        if (fails(sizes.length + 1)) throw new Error('disk full')
        return result
      } catch (error) {
        written.length = before
        throw error
      } finally {
        sizes.push(written.length - before)
      }
    },
    (error) => (error as Error).message === 'full',
  )
  const write = (name: string) =>
    commit(() => {
      if (name === 'bad' || name === 'full') throw new Error(name)
      return written.push(name)
    })
  return { write, commit, written, sizes }
}

it('writes what comes at the same time in one transaction, in order, each with its own result', async () => {
  const { write, written, sizes } = setUp()
  expect(await Promise.all([write('a'), write('b'), write('c')])).toEqual([1, 2, 3])
  expect(await write('d')).toBe(4)
  expect([written, sizes]).toEqual([
    ['a', 'b', 'c', 'd'],
    [3, 1],
  ])
})

it('acknowledges nothing before the transaction has ended', async () => {
  const { write, written } = setUp()
  const order: string[] = []
  const acknowledged = Promise.all(['a', 'b'].map(async (name) => order.push(`${await write(name)}`)))
  expect(written).toEqual([])
  await acknowledged
  expect(order).toEqual(['1', '2'])
})

it('lets a write that throws fail alone', async () => {
  const { write, written, sizes } = setUp()
  const outcomes = await Promise.allSettled([write('a'), write('bad'), write('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect([written, sizes]).toEqual([
    ['a', 'b'],
    [0, 1, 0, 1],
  ])
})

it('fails all at once, and tries nothing again, when the common transaction cannot be committed', async () => {
  const { write, written, sizes } = setUp(() => true)
  const outcomes = await Promise.allSettled([write('a'), write('b'), write('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect([written, sizes]).toEqual([[], [0]])
})

it('fails all at once when a write meets what any other would meet', async () => {
  const { write, written, sizes } = setUp()
  const outcomes = await Promise.allSettled([write('a'), write('full'), write('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect([written, sizes]).toEqual([[], [0]])
})

it('fails all that are left when the file is locked while each gets its own transaction', async () => {
  const { write, written, sizes } = setUp((transaction) => transaction === 3)
  const outcomes = await Promise.allSettled([write('a'), write('b'), write('bad'), write('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
  expect([written, sizes]).toEqual([['a'], [0, 1, 0]])
})

it('runs at once what waits when it is told to, and nothing twice', async () => {
  const { write, commit, written } = setUp()
  const acknowledged = [write('a'), write('b')]
  commit.flush()
  expect(written).toEqual(['a', 'b'])
  await Promise.all([...acknowledged, write('c')])
  expect(written).toEqual(['a', 'b', 'c'])
})
