import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { targetOf } from '../../src/server/request.ts'

it.each([
  ['https://bank.test/api/astra/status?goal=onboard', '/api/astra/status', '?goal=onboard'],
  ['http://[::1]:3000/api/astra/status', '/api/astra/status', ''],
  ['https://bank.test', '/', ''],
  ['https://bank.test?goal=onboard', '/', '?goal=onboard'],
  ['https://bank.test/a/../status#?goal=onboard', '/status', ''],
  ['https://bank.test/a%2f..//b?c?d#e', '/a%2f..//b', '?c?d'],
])('takes path and search out of %s', (url, path, search) => {
  expect(targetOf(new Request(url))).toEqual({ path, search })
})

it('finds what URL finds in every address that Request takes', () => {
  const piece = fc.constantFrom('/', '//', '..', '%2e', '\\', '?', '#', ':', '@', 'a', ' ', 'ü', '&b=c')
  const target = fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }).map((pieces) => pieces.join(''))
  const check = (text: string) => {
    const url = `http://bank.test/${text}`
    const { pathname, search } = new URL(url)
    const found = targetOf(new Request(url))
    expect(found.path).toBe(pathname)
    expect([...new URLSearchParams(found.search)]).toEqual([...new URLSearchParams(search)])
  }
  fc.assert(fc.property(target, check), { numRuns: 1_000 })
})
