import { expect, it } from 'vitest'
import { STATE_NAMES } from '../../src/core/states.ts'
import { stateFor } from '../../src/react/fields/states.ts'

it('gives every state its own name', () => {
  expect(STATE_NAMES).toMatchObject({
    AL: 'Alabama',
    DC: 'District of Columbia',
    MD: 'Maryland',
    WY: 'Wyoming',
    AS: 'American Samoa',
    VI: 'US Virgin Islands',
    AP: 'Armed Forces Pacific',
  })
})

it.each([
  ['m', 'ME'],
  ['ma', 'MA'],
  ['mar', 'MD'],
  ['md', 'MD'],
  ['MD', 'MD'],
  ['Maryland', 'MD'],
  ['new y', 'NY'],
  ['vi', 'VI'],
  ['vir', 'VA'],
])('typed "%s" it goes to %s', (letters, code) => {
  expect(stateFor(letters, '')).toBe(code)
})

it.each(['q', 'marz', 'zz'])('stays where it is for "%s"', (letters) => {
  expect(stateFor(letters, 'CA')).toBeNull()
})

it('goes on through the states of a letter that is typed again and again', () => {
  expect(stateFor('cc', 'CA')).toBe('CO')
  expect(stateFor('ccc', 'CO')).toBe('CT')
  expect(stateFor('cccc', 'CT')).toBe('CA')
})
