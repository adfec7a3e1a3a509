import { expect, it } from 'vitest'
import { cardOutcome } from '../../src/core/card-outcome.ts'

it.each([
  ['no new card is none', [], 'none'],
  ['an approved card is linked', ['approved'], 'linked'],
  ['a flagged card is linked', ['flagged'], 'linked'],
  ['a card under review is pending', ['pending'], 'pending'],
  ['a rejected card is declined', ['rejected'], 'declined'],
  ['a card that was taken away again is none', ['removed'], 'none'],
  ['a card in a status nobody knows is none', [null], 'none'],
  ['one good card outdoes the others', ['rejected', 'pending', 'flagged', null], 'linked'],
  ['a review outdoes a refusal', ['rejected', 'pending'], 'pending'],
  ['a refusal outdoes what says nothing', ['removed', null, 'rejected'], 'declined'],
] as const)('%s', (_, statuses, outcome) => {
  expect(cardOutcome(statuses)).toBe(outcome)
})
