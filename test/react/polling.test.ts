import { expect, it } from 'vitest'
import { createPollingSchedule } from '../../src/react/polling.ts'

const MIDDLE = () => 0.5

function delays(count: number, random: () => number): number[] {
  const schedule = createPollingSchedule(random)
  return Array.from({ length: count }, (_, index) => schedule.delayAfter(`answer ${index}`))
}

it('waits 1, 2, 3, 5, 8, then 10 seconds', () => {
  expect(delays(8, MIDDLE)).toEqual([1_000, 2_000, 3_000, 5_000, 8_000, 10_000, 10_000, 10_000])
})

it.each([
  ['20 % less', () => 0, [800, 1_600, 2_400, 4_000, 6_400, 8_000, 8_000]],
  ['20 % more', () => 1, [1_200, 2_400, 3_600, 6_000, 9_600, 12_000, 12_000]],
])('spreads each delay by up to %s', (_, random, expected) => {
  expect(delays(7, random)).toEqual(expected)
})

it('draws the spread anew for each answer', () => {
  const drawn = [0, 1]
  expect(delays(2, () => drawn.shift() ?? 0.5)).toEqual([800, 2_400])
})

it('spreads by Math.random when nothing else is given', () => {
  for (let round = 0; round < 50; round++) {
    const delay = createPollingSchedule().delayAfter('answer')
    expect(delay).toBeGreaterThanOrEqual(800)
    expect(delay).toBeLessThanOrEqual(1_200)
  }
})

it('gives the same delay for the same answer, however often it is asked', () => {
  let draws = 0
  const schedule = createPollingSchedule(() => ++draws / 10)
  const first = schedule.delayAfter('a')
  expect([schedule.delayAfter('a'), schedule.delayAfter('a')]).toEqual([first, first])
  expect(draws).toBe(1)
  expect(schedule.delayAfter('b')).toBeGreaterThan(first)
})

it('begins with the short delays again after a restart, also for the same answer', () => {
  const schedule = createPollingSchedule(MIDDLE)
  for (const key of ['a', 'b', 'c']) schedule.delayAfter(key)
  schedule.restart()
  expect([schedule.delayAfter('c'), schedule.delayAfter('d')]).toEqual([1_000, 2_000])
})
