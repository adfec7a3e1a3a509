import { expect, it } from 'vitest'
import { openers } from '../../src/react/messages/button.ts'
import { en } from '../../src/react/messages/en.ts'
import { es } from '../../src/react/messages/es.ts'

/** What is the same in both languages, rightly. */
const SHARED = ['errorPrefix']

/** Every sentence by its path, functions called with these values. */
function sentences(group: object, path: string[] = []): [string, string][] {
  return Object.entries(group).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = [...path, key]
    if (typeof value === 'object' && value !== null) return sentences(value, here)
    const text: unknown = typeof value === 'function' ? Reflect.apply(value, null, ['7', '9']) : value
    return [[here.join(' › '), String(text)]]
  })
}

const english = new Map(sentences({ ...en, opener: openers.en }))
const spanish = new Map(sentences({ ...es, opener: openers.es }))

it('says the same things in both languages', () => {
  expect([...spanish.keys()].toSorted()).toEqual([...english.keys()].toSorted())
})

it.each([
  ['English', english],
  ['Spanish', spanish],
])('has words for everything: %s', (_, language) => {
  const wordless = [...language].filter(([, text]) => !/\p{L}{2}/u.test(text) || text.includes('undefined'))
  expect(language.size).toBeGreaterThan(100)
  expect(wordless).toEqual([])
})

it('leaves nothing in English', () => {
  const same = [...spanish].filter(([path, text]) => english.get(path) === text).map(([path]) => path)
  expect(same).toEqual(SHARED)
})

it.each([
  ['optional', ['7'], 1],
  ['steps.position', ['7', '9'], 2],
  ['reference', ['7'], 1],
] as const)('puts its values into the sentence in both languages: %s', (path, values, count) => {
  const key = path.replaceAll('.', ' › ')
  for (const language of [english, spanish]) {
    const used = values.filter((value) => language.get(key)?.includes(value))
    expect(used).toHaveLength(count)
  }
})
