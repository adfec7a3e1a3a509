import { describe, expect, it } from 'vitest'
import { spreadDate, toIsoDate } from '../../src/react/date-of-birth.ts'

const inPart = (part: 'month' | 'day' | 'year', text: string) => ({
  month: '',
  day: '',
  year: '',
  [part]: text,
})

describe('a whole date in one part is spread over the three', () => {
  it.each([
    ['1990-01-31', '1990-01-31'],
    ['01/31/1990', '1990-01-31'],
    ['1/31/1990', '1990-01-31'],
    ['1.3.1990', '1990-01-03'],
    ['January 31, 1990', '1990-01-31'],
    ['Jan. 31st 1990', '1990-01-31'],
    ['31 January 1990', '1990-01-31'],
    ['31 enero 1990', '1990-01-31'],
    ['31 de enero de 1990', '1990-01-31'],
    ['setiembre 3 1990', '1990-09-03'],
    ['31/01/1990', '1990-01-31'],
    ['1990 dic 5', '1990-12-05'],
  ])('%s', (typed, iso) => {
    for (const part of ['month', 'day', 'year'] as const) {
      const { month, day, year } = spreadDate(inPart(part, typed))
      expect([month, day, year]).toEqual([expect.stringMatching(/^\d{1,2}$/), day, iso.slice(0, 4)])
      expect(toIsoDate(inPart(part, typed))).toBe(iso)
    }
  })

  it.each([
    '1990',
    '01/31',
    '01/31/90',
    '1990-01-31T00:00:00Z',
    'Smarch 3 1990',
    '1 2 3 1990',
    '1234/1/1990',
  ])('but not what is no whole date: %s', (typed) => {
    const parts = inPart('month', typed)
    expect(spreadDate(parts)).toBe(parts)
  })

  it('takes the first number for the month, as in the US, whenever it can be one', () => {
    expect(toIsoDate(inPart('month', '05/04/1990'))).toBe('1990-05-04')
  })
})

describe('the month is understood in words', () => {
  const NAMES = [
    ['January', 'jan', 'Enero', 'ene.'],
    ['February', 'Feb', 'febrero', 'feb'],
    ['March', 'mar', 'marzo', 'MAR'],
    ['April', 'apr', 'abril', 'abr'],
    ['May', 'may', 'mayo', 'MAYO'],
    ['June', 'jun', 'junio', 'Jun.'],
    ['July', 'jul', 'julio', 'juli'],
    ['August', 'aug', 'agosto', 'ago'],
    ['September', 'sept', 'septiembre', 'set'],
    ['October', 'oct', 'octubre', 'octub'],
    ['November', 'nov', 'noviembre', 'Nov.'],
    ['December', 'dec', 'diciembre', 'dic'],
  ]
  it.each(NAMES.flatMap((names, index) => names.map((name) => [name, index + 1] as const)))(
    '%s',
    (month, number) => {
      expect(toIsoDate({ month, day: '4', year: '1991' })).toBe(`1991-${String(number).padStart(2, '0')}-04`)
    },
  )

  it.each(['ju', 'J', 'Januar y', 'Mayor', '13'])('but not this: %s', (month) => {
    expect(toIsoDate({ month, day: '4', year: '1991' })).toBe(`1991-${month.padStart(2, '0')}-04`)
  })
})

it('has nothing to say of parts that are all empty', () => {
  expect(toIsoDate({ month: ' ', day: '', year: '' })).toBe('')
})
