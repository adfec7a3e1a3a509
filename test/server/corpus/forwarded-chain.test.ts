import { describe, expect, it } from 'vitest'
import { clientIp } from '../../../src/server/client-ip.ts'
import { readCorpus } from '../../support/corpus.ts'

interface Chain {
  remoteAddress: string
  xForwardedFor: string | string[] | null
  trustedHops: number
}

describe('corpus ip_xff', () => {
  it.each(readCorpus<Chain>('ip_xff'))('$expect $id, $why', ({ input, expect: verdict, normalized }) => {
    const headers = new Headers()
    for (const line of [input.xForwardedFor ?? []].flat()) headers.append('x-forwarded-for', line)
    const find = () =>
      clientIp(
        new Request('https://bank.test', { headers }),
        { remoteAddress: input.remoteAddress },
        {
          clientIp: undefined,
          trustedHops: input.trustedHops,
          environment: 'production',
        },
      )
    if (verdict === 'accept') expect(find()).toBe(normalized)
    else expect(find).toThrow("[astra] The device's IP address is unknown.")
  })

  it('counts a connection that the platform does not show as one unreadable entry', () => {
    const request = new Request('https://bank.test', { headers: { 'x-forwarded-for': '1.1.1.1, 8.8.8.8' } })
    const options = { clientIp: undefined, environment: 'production' } as const
    expect(clientIp(request, {}, { ...options, trustedHops: 1 })).toBe('8.8.8.8')
    expect(() => clientIp(request, {}, { ...options, trustedHops: 0 })).toThrow('trustedHops')
  })
})
