import { describe, expect, it } from 'vitest'
import { clientIp } from '../../../src/server/client-ip.ts'
import { readCorpus } from '../../support/corpus.ts'

interface Chain {
  remoteAddress: string
  xForwardedFor: string | string[] | null
  trustedHops: number
}

const UNKNOWN =
  "[astra] The device's IP address is unknown. Mount the proxy with toNodeHandler(proxy.fetch), behind your own proxies set `trustedHops`, or give createAstraProxy `clientIp: (request) => …`."
const NOT_PUBLIC =
  "[astra] The device's IP address is not public (loopback or private): on your own machine give createAstraProxy `clientIp: () => …` with the public one, behind your own proxies set `trustedHops`."

describe('corpus ip_xff', () => {
  it.each(readCorpus<Chain>('ip_xff'))('$expect $id, $why', ({ input, expect: verdict, normalized, why }) => {
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
    else expect(find).toThrow(/private|loopback/.test(why) ? NOT_PUBLIC : UNKNOWN)
  })

  it('counts a connection that the platform does not show as one unreadable entry', () => {
    const request = new Request('https://bank.test', { headers: { 'x-forwarded-for': '1.1.1.1, 8.8.8.8' } })
    const options = { clientIp: undefined, environment: 'production' } as const
    expect(clientIp(request, {}, { ...options, trustedHops: 1 })).toBe('8.8.8.8')
    expect(() => clientIp(request, {}, { ...options, trustedHops: 0 })).toThrow('trustedHops')
  })
})

describe('the entry of a forwarded chain', () => {
  const ofEntry = (entry: string) =>
    clientIp(
      new Request('https://bank.test', { headers: { 'x-forwarded-for': `1.1.1.1, ${entry} , 9.9.9.9` } }),
      { remoteAddress: '4.4.4.4' },
      { clientIp: undefined, trustedHops: 2, environment: 'production' },
    )

  it.each([
    ['8.8.8.8', '8.8.8.8'],
    ['8.8.8.8:1', '8.8.8.8'],
    ['8.8.8.8:65535', '8.8.8.8'],
    ['2606:4700::1111', '2606:4700::1111'],
    ['[2606:4700::1111]', '2606:4700::1111'],
    ['[2606:4700::1111]:1', '2606:4700::1111'],
    ['[2606:4700::1111]:65535', '2606:4700::1111'],
  ])('counts without its port and its brackets: %s', (entry, address) => {
    expect(ofEntry(entry)).toBe(address)
  })

  it.each([
    '2606:4700::[1111]',
    '[2606:4700::111]1',
    '[2606:4700::1111]:port',
    '[2606:4700::1111]:',
    '[2606:4700::1111]:123456',
    '[2606:4700::1111',
    '2606:4700::1111]',
    '[]',
    'x8.8.8.8:80',
    '8.8.8.8:',
    '8.8.8.8:port',
    '8.8.8.8:123456',
    '8.8.8.8:80x',
  ])('is refused as a whole: %s', (entry) => {
    expect(() => ofEntry(entry)).toThrow(UNKNOWN)
  })
})

describe("the partner's own address", () => {
  const given = (address: string | null, environment: 'production' | 'simulator' = 'production') =>
    clientIp(
      new Request('https://bank.test', { headers: { 'x-forwarded-for': '1.1.1.1' } }),
      { remoteAddress: '4.4.4.4' },
      { clientIp: () => address, trustedHops: 0, environment },
    )

  it('counts without the blanks around it', () => {
    expect(given(' 8.8.8.8\n')).toBe('8.8.8.8')
  })

  it.each([null, '', ' ', '8.8.8.8:80', '8.8.8.8%eth0', 'fe80::1%', '%eth0'])(
    'is never replaced by another where it is none: %j',
    (address) => {
      expect(() => given(address)).toThrow(UNKNOWN)
    },
  )

  it.each([
    '127.0.0.1',
    '::1',
    '192.168.1.20',
    '172.17.0.1',
    '100.64.0.9',
    'fd00::1',
    'fe80::1%en0',
    '::ffff:10.0.0.1',
  ])('is said to be not public, rather than unknown, when it is %s', (address) => {
    expect(() => given(address)).toThrow(NOT_PUBLIC)
  })

  it.each([
    '127.0.0.1',
    '127.10.20.255',
    '::1',
    '::FFFF:127.0.0.1',
    '192.168.1.20',
    '172.17.0.1',
    'fe80::1%en0',
  ])('may be %s of this machine, its network or its containers in the simulator', (address) => {
    expect(given(address, 'simulator')).toBe('8.8.8.8')
  })

  it.each(['127.0.0.1.5', '127.0.0', '1127.0.0.1', '192.168.1', '::1x', 'fe80::1%', 'localhost', ''])(
    'may not be %j even in the simulator',
    (address) => {
      expect(() => given(address, 'simulator')).toThrow(UNKNOWN)
    },
  )

  it('is itself in the simulator, too, when it is public', () => {
    expect(given('9.9.9.9', 'simulator')).toBe('9.9.9.9')
  })
})
