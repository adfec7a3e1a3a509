import { expect, it } from 'vitest'
import { arrivalAddress } from '../../src/core/return-parameters.ts'

const STATE = 'astra.flow1.secret'

it.each([
  ['/cards?tab=2#top', '/cards?tab=2&astra_flow=f1&astra_goal=onboard#top'],
  ['/cards?code=SUMMER20&error=none', '/cards?code=SUMMER20&error=none&astra_flow=f1&astra_goal=onboard'],
  ['/cards?code=abc&state=xyz', '/cards?code=abc&state=xyz&astra_flow=f1&astra_goal=onboard'],
  [`/cards?code=abc&state=${STATE}&tab=2`, '/cards?tab=2&astra_flow=f1&astra_goal=onboard'],
  [
    `/cards?error=access_denied&error_description=No&state=${STATE}`,
    '/cards?astra_flow=f1&astra_goal=onboard',
  ],
  ['/cards?authorization_code=abc', '/cards?astra_flow=f1&astra_goal=onboard'],
  ['/cards?astra_flow=old&astra_goal=link-card', '/cards?astra_flow=f1&astra_goal=onboard'],
])("keeps of %s what is the host's own, and nothing of a return", (address, arrival) => {
  expect(arrivalAddress(`https://bank.test${address}`, 'f1', 'onboard')).toBe(`https://bank.test${arrival}`)
})
