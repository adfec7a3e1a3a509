import { expect, it } from 'vitest'
import { likelyEmail } from '../../src/react/email-slip.ts'

it.each([
  ['rosa@gmial.com', 'rosa@gmail.com'],
  ['rosa@gmai.com', 'rosa@gmail.com'],
  ['Rosa.L@gmaill.com', 'Rosa.L@gmail.com'],
  ['rosa@gnail.com', 'rosa@gmail.com'],
  ['rosa@GMIAL.COM', 'rosa@gmail.com'],
  ['rosa@hotmial.com', 'rosa@hotmail.com'],
  ['rosa@yaho.com', 'rosa@yahoo.com'],
  ['rosa@outlok.com', 'rosa@outlook.com'],
  ['rosa@gmail.con', 'rosa@gmail.com'],
  ['rosa@gmial.con', 'rosa@gmail.com'],
  ['rosa@acme.con', 'rosa@acme.com'],
])('%s was probably meant to be %s', (typed, meant) => {
  expect(likelyEmail(typed)).toBe(meant)
})

it.each([
  'rosa@gmail.com',
  'rosa@Gmail.com',
  'rosa@mail.com',
  'rosa@ymail.com',
  'rosa@yahoo.ca',
  'rosa@hotmail.es',
  'rosa@acme.co',
  'rosa@fernhill.bank',
  // Somebody may still be typing.
  'rosa@gmail.co',
  'rosa@gma',
  'rosa@',
  'rosa',
  '',
])('leaves alone: %s', (typed) => {
  expect(likelyEmail(typed)).toBeNull()
})
