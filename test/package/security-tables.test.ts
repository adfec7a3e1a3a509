import { describe, expect, it } from 'vitest'
import { filesOf, lost, read, rowsOf, testsOf, titlesIn, unproven } from '../support/test-references.ts'

/** How many threats `docs/threats.md` numbers. */
const THREATS = 40

/**
 * How many requirements of the levels 1 and 2 each section of ASVS 5.0.0 has; they come first in their section. The
 * chapters on files, passwords, self-contained tokens and WebRTC are left out as a whole.
 */
const REQUIREMENTS: Record<string, number> = {
  '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2, '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1, '3.2': 2, '3.3': 4, '3.4': 6,
  '3.5': 5, '3.7': 2, '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4, '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2,
  '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1, '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3,
  '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1, '12.1': 3, '12.2': 2, '12.3': 4, '13.1': 1, '13.2': 5,
  '13.3': 2, '13.4': 5, '14.1': 2, '14.2': 4, '14.3': 3, '15.1': 3, '15.2': 3, '15.3': 7, '16.1': 1, '16.2': 5, '16.3': 4,
  '16.4': 3, '16.5': 3,
} // prettier-ignore

/** `1.2.5–8` is 1.2.5, 1.2.6, 1.2.7 and 1.2.8. */
function numbersOf(cell: string): string[] {
  return cell.split(', ').flatMap((item) => {
    const [, section = '', from = '', to = from] = /^(\d+\.\d+)\.(\d+)(?:–(\d+))?$/.exec(item) ?? []
    return Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_, index) => `${section}.${Number(from) + index}`,
    )
  })
}

const threats = read('docs/threats.md')
const asvs = read('docs/asvs.md')

describe('docs/threats.md', () => {
  const rows = rowsOf(threats)

  it('numbers every threat, without a gap', () => {
    expect(rows.map(({ first }) => first)).toEqual(
      Array.from({ length: THREATS }, (_, index) => `${index + 1}`),
    )
  })

  it('names a test for every threat, or says why there is none', () => {
    expect(unproven(rows)).toEqual([])
  })

  it('names a file of the source for every control that has a test', () => {
    const without = rows.filter(
      ({ cells: [, , , control = ''], last }) => testsOf(last).length > 0 && filesOf(control).length === 0,
    )
    expect(without.map(({ first }) => first)).toEqual([])
  })
})

describe('docs/asvs.md', () => {
  const rows = rowsOf(asvs)

  it('answers every requirement of the levels 1 and 2 once', () => {
    const wanted = Object.entries(REQUIREMENTS).flatMap(([section, count]) =>
      numbersOf(`${section}.1–${count}`),
    )
    const given = rows.flatMap(({ first }) => numbersOf(first))
    expect(given.filter((number, index) => given.indexOf(number) !== index)).toEqual([])
    expect(wanted.filter((number) => !given.includes(number))).toEqual([])
    expect(given.filter((number) => !wanted.includes(number))).toEqual([])
  })

  it('names a test for everything that it claims, or says why there is none', () => {
    expect(unproven(rows)).toEqual([])
  })
})

it.each(['docs/threats.md', 'docs/asvs.md', 'SECURITY.md'])(
  '%s names files and tests that are there',
  (path) => {
    expect(lost(read(path))).toEqual([])
  },
)

it('would see what is missing', () => {
  const reference = (path: string, part: string) => lost(`| 1 | \`${path} › ${part}\` |`)
  const here = 'test/package/security-tables.test.ts'
  expect(reference(here, 'would see what is missing')).toEqual([])
  expect(reference(here, 'SECURITY.md names files and tests that are there')).toEqual([])
  expect(reference(here, 'would see what is there')).toHaveLength(1)
  expect(reference(here, 'names')).toHaveLength(1)
  expect(reference('test/package/gone.test.ts', 'would see')).toHaveLength(1)
  expect(lost('| 1 | `src/server/gone.ts` |')).toEqual(['no such file: src/server/gone.ts'])
  const skipped = ['it', 'skip'].join('.')
  expect(titlesIn(`${skipped}('a', f); it.each([1])('b', f); // it('c', f)`, 'ts')).toEqual(['b'])
  expect(
    unproven(
      rowsOf('| # | t |\n| --- | --- |\n| 1 | No test. |\n| 2 | No test: it is only a table of a test. |'),
    ),
  ).toEqual(['1'])
})
