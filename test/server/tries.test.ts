import { afterEach, expect, it, vi } from 'vitest'
import { updateCustomer } from '../../src/server/customer.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'

afterEach(() => void vi.restoreAllMocks())

/** Storage in which somebody else is always faster; `byte` is all that chance brings. */
function contended(byte: number, commit: AstraStorage['commit'] = async () => false) {
  const waited: number[] = []
  const context = {
    storage: { ...memoryStorage(), commit },
    wait: async (ms: number) => void waited.push(ms),
    random: (bytes: Uint8Array<ArrayBuffer>) => void bytes.fill(byte),
  }
  const update = () =>
    updateCustomer(context, 'customer-1', (customer) => ({ ...customer, phoneChanged: true }))
  return { waited, update }
}

it('pauses between its tries, longer each time and never for long, and gives up after twenty', async () => {
  const { waited, update } = contended(128)
  await expect(update()).rejects.toMatchObject({ code: 'storage_conflict' })
  expect(waited.map(Math.round)).toEqual([2, 4, 8, 16, 32, 64, ...Array.from({ length: 13 }, () => 100)])
})

it('draws its pauses by lot, so that those who met do not meet again', async () => {
  const { waited, update } = contended(0)
  await expect(update()).rejects.toMatchObject({ code: 'storage_conflict' })
  expect(new Set(waited)).toEqual(new Set([0]))
})

it('does not pause when nobody is in the way', async () => {
  const { waited, update } = contended(128, async () => true)
  expect(await update()).toMatchObject({ data: { phoneChanged: true } })
  expect(waited).toEqual([])
})

it('gives up after ten seconds, however few its tries were', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const { waited, update } = contended(128, async () => ((now += 4_000), false))
  await expect(update()).rejects.toMatchObject({ code: 'storage_conflict' })
  expect(waited).toHaveLength(2)
})
