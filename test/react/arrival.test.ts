import { describe, expect, it } from 'vitest'
import {
  isArrival,
  isArrivalFor,
  plainAddress,
  readArrival,
  resumedFlow,
  stripAddress,
} from '../../src/react/launch/arrival.ts'

const STATE = 'astra.flow1.secret'

describe('readArrival', () => {
  it.each([
    ['an empty query', '', { kind: 'plain' }],
    ['parameters of the host', '?tab=2', { kind: 'plain' }],
    ['an empty astra_flow', '?astra_flow=', { kind: 'plain' }],
    [
      'a flow after a redirect',
      '?astra_flow=flow1&astra_goal=link-card&tab=2',
      { kind: 'resumed', flow: 'flow1', goal: 'link-card' },
    ],
    [
      'a flow without a goal, of an older proxy',
      '?astra_flow=flow1',
      { kind: 'resumed', flow: 'flow1', goal: null },
    ],
    [
      'a flow with an empty goal',
      '?astra_flow=flow1&astra_goal=',
      { kind: 'resumed', flow: 'flow1', goal: null },
    ],
    ['a goal alone', '?astra_goal=link-card', { kind: 'plain' }],
    [
      'a code with our state',
      `?code=abc&state=${STATE}&tab=2`,
      { kind: 'returned', query: `code=abc&state=${STATE}` },
    ],
    [
      'authorization_code with our state',
      `?authorization_code=abc&state=${STATE}`,
      { kind: 'returned', query: `authorization_code=abc&state=${STATE}` },
    ],
    ['our state alone', `?state=${STATE}`, { kind: 'returned', query: `state=${STATE}` }],
    ['a code without a state, which may be anything', '?code=SUMMER20', { kind: 'plain' }],
    [
      'an authorization_code without a state',
      '?authorization_code=abc',
      { kind: 'returned', query: 'authorization_code=abc' },
    ],
    [
      'a refusal with our state',
      `?error=access_denied&error_description=No&state=${STATE}`,
      { kind: 'returned', query: `state=${STATE}&error=access_denied&error_description=No` },
    ],
    ['an error of whomever', '?error=access_denied', { kind: 'plain' }],
    ['the return of another OAuth client', '?code=abc&state=xyz', { kind: 'plain' }],
    ['a state that only contains our prefix', '?code=abc&state=not-astra.flow1', { kind: 'plain' }],
    ['an empty state', '?code=abc&state=', { kind: 'plain' }],
    [
      'the return of another OAuth client on a page that resumes',
      '?code=abc&state=xyz&astra_flow=flow1',
      { kind: 'resumed', flow: 'flow1', goal: null },
    ],
    [
      'a code that comes twice: both go to the proxy, which refuses them',
      `?code=abc&code=def&state=${STATE}`,
      { kind: 'returned', query: `code=abc&code=def&state=${STATE}` },
    ],
  ])('reads %s', (_, search, arrival) => {
    expect(readArrival(search)).toEqual(arrival)
  })
})

it.each([
  ['', false],
  ['?code=abc&state=xyz', false],
  ['?astra_flow=flow1', true],
  [`?code=abc&state=${STATE}`, true],
])('says of %j whether somebody has come back: %s', (search, hasComeBack) => {
  expect(isArrival(search)).toBe(hasComeBack)
})

it.each<[string, string | null, string | null, boolean, boolean]>([
  ['?tab=2', null, null, false, false],
  ['?astra_flow=flow1&astra_goal=onboard', 'flow1', null, true, false],
  ['?astra_flow=flow1&astra_goal=link-card', null, 'flow1', false, true],
  ['?astra_flow=flow1&astra_goal=of-tomorrow', null, null, false, false],
  ['?astra_flow=flow1', 'flow1', 'flow1', true, true],
  // Whose it is shows when it is handed over, which nobody must leave to another.
  [`?code=abc&state=${STATE}`, null, null, true, true],
])('says for which goal a widget goes on at %j', (search, onboard, card, showsOnboard, showsCard) => {
  expect([resumedFlow(search, 'onboard'), resumedFlow(search, 'link-card')]).toEqual([onboard, card])
  expect([isArrivalFor(search, 'onboard'), isArrivalFor(search, 'link-card')]).toEqual([
    showsOnboard,
    showsCard,
  ])
})

it.each([
  ['/cards', '/cards'],
  ['/cards?tab=2#top', '/cards?tab=2#top'],
  ['/cards?astra_flow=flow1', '/cards'],
  ['/cards?tab=2&astra_flow=flow1&astra_goal=onboard&sort=up#top', '/cards?tab=2&sort=up#top'],
  ['/cards?astra_goal=onboard', '/cards?astra_goal=onboard'],
  [`/cards?tab=2&code=abc&authorization_code=abc&state=${STATE}&error=a&error_description=b`, '/cards?tab=2'],
  ['/cards?code=abc&state=xyz', '/cards?code=abc&state=xyz'],
  ['/cards?code=SUMMER20', '/cards?code=SUMMER20'],
  ['/cards?error=whatever', '/cards?error=whatever'],
  ['/cards?code=SUMMER20&astra_flow=flow1&astra_goal=onboard', '/cards?code=SUMMER20'],
  ['/cards?state=CA&astra_flow=flow1', '/cards?state=CA'],
])('strips %s to %s', (address, stripped) => {
  window.history.replaceState({ router: 7 }, '', address)
  expect(plainAddress()).toBe(window.location.origin + stripped)
  stripAddress()
  expect(window.location.pathname + window.location.search + window.location.hash).toBe(stripped)
})

it('keeps the state of the router and adds no entry to the history', () => {
  window.history.replaceState({ router: 7 }, '', '/cards?astra_flow=flow1')
  const entries = window.history.length
  stripAddress()
  expect(window.history.state).toEqual({ router: 7 })
  expect(window.history.length).toBe(entries)
})
