import { describe, expect, it } from 'vitest'
import { lost, read, rowsOf, unproven } from '../support/test-references.ts'

/** The criteria of WCAG 2.2 at the levels A and AA; 4.1.1 is no longer one. */
const CRITERIA = [
  '1.1.1 1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12',
  '1.4.13 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 2.4.6 2.4.7 2.4.11 2.5.1 2.5.2 2.5.3 2.5.4',
  '2.5.7 2.5.8 3.1.1 3.1.2 3.2.1 3.2.2 3.2.3 3.2.4 3.2.6 3.3.1 3.3.2 3.3.3 3.3.4 3.3.7 3.3.8 4.1.2 4.1.3',
].flatMap((line) => line.split(' '))

describe('docs/accessibility.md', () => {
  const document = read('docs/accessibility.md')
  const rows = rowsOf(document)

  it('has every criterion of WCAG 2.2 AA once, in order', () => {
    expect(CRITERIA).toHaveLength(55)
    expect(rows.map(({ first }) => first)).toEqual(CRITERIA)
  })

  it('names a test for every criterion, or says why there is none', () => {
    expect(unproven(rows)).toEqual([])
  })

  it('names files and tests that are there', () => {
    expect(lost(document)).toEqual([])
  })
})
