import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askAhead, takeAhead } from '../../src/react/status-ahead.ts'

const ANSWER = { step: { name: 'collect-profile' } }
const CARD = { goal: 'link-card' } as const

beforeEach(() => {
  vi.stubGlobal(
    'fetch',
    vi.fn<typeof fetch>().mockImplementation(async () => Response.json(ANSWER)),
  )
})
afterEach(() => {
  void takeAhead(CARD)
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('asks as the widget will, and hands the answer to the first who wants it', async () => {
  askAhead({ ...CARD, headers: () => ({ authorization: 'Bearer x' }) })
  expect(await takeAhead(CARD)).toEqual(ANSWER)
  expect(takeAhead(CARD)).toBeNull()
  const [address, init] = vi.mocked(fetch).mock.calls[0] ?? []
  expect(address).toBe('/api/astra/status?goal=link-card')
  expect(init?.headers).toMatchObject({ authorization: 'Bearer x' })
})

it.each([{}, { ...CARD, basePath: '/elsewhere' }])('has nothing for somebody who asks %j', (options) => {
  askAhead(CARD)
  expect(takeAhead(options)).toBeNull()
  expect(takeAhead({ ...CARD, basePath: '/api/astra' })).not.toBeNull()
})

it('has nothing that is older than ten seconds', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0)
  askAhead(CARD)
  now.mockReturnValue(10_000)
  expect(takeAhead(CARD)).toBeNull()
})

it('hands a failure on, and bothers nobody with it when the widget never comes', async () => {
  const unhandled = vi.fn<(reason: unknown) => void>()
  process.on('unhandledRejection', unhandled)
  vi.mocked(fetch).mockRejectedValue(new TypeError('Failed to fetch'))
  askAhead(CARD)
  askAhead(CARD)
  await expect(takeAhead(CARD)).rejects.toMatchObject({ code: 'proxy_unreachable' })
  await new Promise((resolve) => void setTimeout(resolve))
  expect(unhandled).not.toHaveBeenCalled()
  process.off('unhandledRejection', unhandled)
})
