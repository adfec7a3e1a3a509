import { expect, it } from 'vitest'
import { lost, read, rowsOf, unproven, whereShown } from '../support/test-references.ts'

const catalogue = read('docs/popup-catalogue.md')

it('numbers every failure of the two windows, without a gap', () => {
  const numbers = rowsOf(catalogue).map(({ first }) => first)
  expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => `${index + 1}`))
})

it('names a test for every failure, or says why there is none', () => {
  expect(unproven(rowsOf(catalogue))).toEqual([])
})

it('names tests that are there', () => {
  expect(lost(catalogue)).toEqual([])
})

it('says of every failure where it is shown, no more and no less', () => {
  const rows = rowsOf(catalogue)
  const said = rows.map(({ first, cells: [, , , where = ''] }) => `${first}: ${where}`)
  expect(said).toEqual(rows.map(({ first, last }) => `${first}: ${whereShown(last)}`))
})
