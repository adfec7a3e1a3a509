/** A date in the three parts that it is asked in. */
export interface DateParts {
  month: string
  day: string
  year: string
}

/** What stands between the parts of a written date, in English and Spanish. */
const BETWEEN = ['de', 'del', 'st', 'nd', 'rd', 'th']

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** A month in words, or in their first three letters or more, as its number; anything else as it is. */
function monthNumber(text: string): string {
  const [word] = plain(text).match(/^\p{L}{3,}(?=\.?$)/u) ?? []
  if (!word) return text
  // Some countries leave the p out of it.
  const beginning = word.replace(/^set/, 'sept')
  for (const language of ['en', 'es']) {
    const names = new Intl.DateTimeFormat(language, { month: 'long' })
    for (let month = 1; month <= 12; month++)
      if (plain(names.format(new Date(2000, month - 1))).startsWith(beginning)) return String(month)
  }
  return text
}

/** A whole date with a year of four digits: `1990-01-31`, `01/31/1990`, `January 31, 1990`, `31 de enero de 1990`. */
function splitDate(text: string): DateParts | null {
  const words = plain(text).match(/\d+|\p{L}+/gu) ?? []
  const [first = '', second = '', third = '', ...more] = words.filter((word) => !BETWEEN.includes(word))
  const isPart = (word: string) => /^\d{1,2}$/.test(word) || monthNumber(word) !== word
  const isYear = (word: string) => /^\d{4}$/.test(word)
  if (more.length > 0 || !isPart(second)) return null
  if (isYear(first) && isPart(third)) return { month: second, day: third, year: first }
  if (!isPart(first) || !isYear(third)) return null
  // In the US the month comes first, unless it cannot be one.
  const isDayFirst = monthNumber(second) !== second || (Number(first) > 12 && Number(second) <= 12)
  return isDayFirst ? { month: second, day: first, year: third } : { month: first, day: second, year: third }
}

/** The parts as they were meant: a whole date that was put into one of them is spread over the three. */
export function spreadDate(parts: DateParts): DateParts {
  for (const text of [parts.month, parts.day, parts.year]) {
    const whole = splitDate(text)
    if (whole) return { ...whole, month: monthNumber(whole.month) }
  }
  return parts
}

/** `YYYY-MM-DD`, as far as the parts give it; empty if they all are. */
export function toIsoDate(parts: DateParts): string {
  const { month, day, year } = spreadDate(parts)
  const [y = '', m = '', d = ''] = [year, monthNumber(month.trim()), day].map((part) => part.trim())
  return y || m || d ? `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : ''
}
