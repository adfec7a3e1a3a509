import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FIXTURES } from '../gallery/fixtures.ts'

it('pictures every screen of the gallery in docs/screens, and nothing else', () => {
  const wanted = Object.keys(FIXTURES).map((name) => `${name.replaceAll('/', '-')}.png`)
  expect(readdirSync('docs/screens').toSorted()).toEqual(wanted.toSorted())
})
