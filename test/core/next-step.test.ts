import { describe, expect, it } from 'vitest'
import { nextStep } from '../../src/core/next-step.ts'
import type { Facts, FactsWithoutToken, FactsWithToken, OnboardingStep } from '../../src/core/next-step.ts'

const without = (facts: Partial<FactsWithoutToken>): Facts => ({
  token: 'none',
  intent: 'none',
  intentAgeSeconds: 0,
  lastUserStatus: null,
  fruitlessReturns: 0,
  kind: 'personal',
  goal: 'onboard',
  ...facts,
})

const withToken = (facts: Partial<FactsWithToken>): Facts => ({
  token: 'usable',
  user: 'approved',
  kind: 'personal',
  goal: 'onboard',
  card: 'none',
  documentSent: false,
  ...facts,
})

const collect: OnboardingStep = { name: 'collect-profile' }
const wait: OnboardingStep = { name: 'wait', mayAuthorize: false }
const complete: OnboardingStep = { name: 'complete' }
const authorize: OnboardingStep = { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' }
const again: OnboardingStep = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }
const linkCard: OnboardingStep = { name: 'hosted-flow', flow: 'link-card', reason: 'card' }
const stopped = (reason: 'rejected' | 'suspended' | 'could-not-finish'): OnboardingStep => ({
  name: 'stopped',
  reason,
})

describe('without a usable token', () => {
  it.each<[string, Partial<FactsWithoutToken>, OnboardingStep]>([
    ['a person without an intent fills in the profile', {}, collect],
    ['a person who wants a card fills in the profile first', { goal: 'link-card' }, collect],
    ['a pending person waits', { intent: 'pending' }, wait],
    ['a pending person waits through the ninth second', { intent: 'pending', intentAgeSeconds: 9 }, wait],
    [
      'a pending person may go on after ten seconds',
      { intent: 'pending', intentAgeSeconds: 10 },
      { name: 'wait', mayAuthorize: true },
    ],
    ['an approved person authorizes', { intent: 'approved' }, authorize],
    ['a person in retry authorizes: the module asks for the correction', { intent: 'retry' }, authorize],
    ['a person in document authorizes: the module asks for the photo ID', { intent: 'document' }, authorize],
    ['a converted person authorizes again', { intent: 'converted_to_user' }, again],
    ['a rejected person is stopped', { intent: 'rejected' }, stopped('rejected')],
    ['a suspended person is stopped', { intent: 'suspended' }, stopped('suspended')],
    [
      'a converted person last seen rejected is stopped',
      { intent: 'converted_to_user', lastUserStatus: 'rejected' },
      stopped('rejected'),
    ],
    [
      'a converted person last seen suspended is stopped',
      { intent: 'converted_to_user', lastUserStatus: 'suspended' },
      stopped('suspended'),
    ],
    [
      'a converted person last seen approved authorizes again',
      { intent: 'converted_to_user', lastUserStatus: 'approved' },
      again,
    ],
    ['two returns without a code are forgiven', { intent: 'approved', fruitlessReturns: 2 }, authorize],
    [
      'the third return without a code stops',
      { intent: 'approved', fruitlessReturns: 3 },
      stopped('could-not-finish'),
    ],
    [
      'the third return without a code stops a converted person',
      { intent: 'converted_to_user', fruitlessReturns: 3 },
      stopped('could-not-finish'),
    ],
    [
      'the third return without a code stops a pending person',
      { intent: 'pending', intentAgeSeconds: 60, fruitlessReturns: 3 },
      stopped('could-not-finish'),
    ],
    [
      'fruitless returns never hide a rejection',
      { intent: 'rejected', fruitlessReturns: 3 },
      stopped('rejected'),
    ],
    ['fruitless returns never keep somebody from the form', { fruitlessReturns: 3 }, collect],
  ])('%s', (_, facts, step) => {
    expect(nextStep(without(facts))).toEqual(step)
  })

  it.each<[string, Partial<FactsWithoutToken>, OnboardingStep]>([
    ['a business without an intent authorizes: the module collects its profile', {}, authorize],
    ['a business that wants a card authorizes first', { goal: 'link-card' }, authorize],
    ['a converted business authorizes again', { intent: 'converted_to_user' }, again],
    [
      'the third return without a code stops a business',
      { fruitlessReturns: 3 },
      stopped('could-not-finish'),
    ],
  ])('%s', (_, facts, step) => {
    expect(nextStep(without({ kind: 'business', ...facts }))).toEqual(step)
  })

  it.each<[string, Partial<FactsWithoutToken>, OnboardingStep]>([
    ['a receive-only person without an intent fills in the profile', {}, collect],
    ['an approved receive-only person is complete', { intent: 'approved' }, complete],
    ['a converted receive-only person is complete', { intent: 'converted_to_user' }, complete],
    ['a pending receive-only person waits', { intent: 'pending', intentAgeSeconds: 60 }, wait],
    ['a receive-only person in retry authorizes', { intent: 'retry' }, authorize],
    ['a receive-only person in document authorizes', { intent: 'document' }, authorize],
    [
      'an approved receive-only person who wants a card authorizes',
      { intent: 'approved', goal: 'link-card' },
      authorize,
    ],
    [
      'a converted receive-only person who wants a card authorizes again',
      { intent: 'converted_to_user', goal: 'link-card' },
      again,
    ],
    ['a rejected receive-only person is stopped', { intent: 'rejected' }, stopped('rejected')],
    ['a suspended receive-only person is stopped', { intent: 'suspended' }, stopped('suspended')],
  ])('%s', (_, facts, step) => {
    expect(nextStep(without({ kind: 'receive-only', ...facts }))).toEqual(step)
  })
})

describe('with a usable token', () => {
  it.each<[string, Partial<FactsWithToken>, OnboardingStep]>([
    ['an approved user is complete', {}, complete],
    ['an approved user who wants a card links one', { goal: 'link-card' }, linkCard],
    ['an approved user waits for the review of a new card', { goal: 'link-card', card: 'pending' }, wait],
    [
      'an approved user whose card was declined tries again',
      { goal: 'link-card', card: 'declined' },
      linkCard,
    ],
    ['an approved user with a new card is complete', { goal: 'link-card', card: 'linked' }, complete],
    ['an approved user who wants no card is complete without one', { card: 'declined' }, complete],
    [
      'a suspended user with a new card is stopped',
      { user: 'suspended', goal: 'link-card', card: 'linked' },
      stopped('suspended'),
    ],
    ['an approved business that wants a card links one', { kind: 'business', goal: 'link-card' }, linkCard],
    ['a pending user waits', { user: 'pending' }, wait],
    [
      'a pending business waits for days',
      { user: 'pending', kind: 'business' },
      { name: 'wait', mayAuthorize: false, lasts: 'days' },
    ],
    ['a pending user who wants a card waits first', { user: 'pending', goal: 'link-card' }, wait],
    [
      'a user in retry corrects the profile',
      { user: 'retry' },
      { name: 'hosted-flow', flow: 'verify-personal', reason: 'correction' },
    ],
    [
      'a business user in retry corrects the business',
      { user: 'retry', kind: 'business' },
      { name: 'hosted-flow', flow: 'verify-business', reason: 'correction' },
    ],
    [
      'a user in document sends a photo ID',
      { user: 'document' },
      { name: 'hosted-flow', flow: 'verify-document', reason: 'document' },
    ],
    [
      'a business user in document sends a photo ID',
      { user: 'document', kind: 'business' },
      { name: 'hosted-flow', flow: 'verify-document', reason: 'document' },
    ],
    [
      'a user whose photo was sent lately may send another',
      { user: 'document', documentSent: true },
      { name: 'hosted-flow', flow: 'verify-document', reason: 'document-sent' },
    ],
    ['a photo that was sent changes nothing for an approved user', { documentSent: true }, complete],
    ['a rejected user is stopped', { user: 'rejected' }, stopped('rejected')],
    ['a suspended user is stopped', { user: 'suspended' }, stopped('suspended')],
  ])('%s', (_, facts, step) => {
    expect(nextStep(withToken(facts))).toEqual(step)
  })
})
