import { describe, expect, it } from 'vitest'
import { normalizePublicIp } from '../../../src/server/ip-address.ts'
import { readCorpus } from '../../support/corpus.ts'
import { AS_SANDBOX, createHarness } from '../../support/harness.ts'

const cases = readCorpus<unknown>('ip')

describe('corpus ip', () => {
  it.each(cases)('rule: $expect $id, $why', ({ input, expect: verdict, normalized }) => {
    const found = typeof input === 'string' ? normalizePublicIp(input) : null
    expect(found).toBe(verdict === 'accept' ? normalized : null)
  })

  it.each(cases)('route: $expect $id, $why', async ({ input, expect: verdict }) => {
    const clientIp = () => (typeof input === 'string' ? input : null)
    const { status } = await createHarness({ proxy: { clientIp }, env: AS_SANDBOX }).browser().submit()
    expect(status).toBe(verdict === 'accept' ? 201 : 500)
  })
})

describe('a range that is not public', () => {
  it.each([
    ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['224.0.0.0', '255.255.255.255', '223.255.255.255', null],
    ['::', '1fff:ffff::1', null, '2000::1'],
    ['2001::', '2001:2:ffff::1', '2000:ffff::1', '2001:3::1'],
    ['2001:5::', '2001:1f:ffff::1', '2001:4:112:ffff::1', '2001:20::1'],
    ['2001:40::', '2001:1ff:ffff::1', '2001:3f:ffff::1', '2001:200::1'],
    ['2001:4:111::', '2001:4:111:ffff::1', '2001:3:ffff::1', '2001:4:112::1'],
    ['2001:db8::', '2001:db8:ffff::1', '2001:db7:ffff::1', '2001:db9::1'],
    ['2002::', '2002:ffff::1', '2001:ffff::1', '2003::1'],
    ['3fff::', '3fff:fff:ffff::1', '3ffe:ffff::1', '3fff:1000::1'],
    ['4000::', 'ffff:ffff::1', '3fff:ffff::1', null],
  ])('is refused from %s to %s, and what lies around it is not', (first, last, before, after) => {
    expect(normalizePublicIp(first)).toBe(null)
    expect(normalizePublicIp(last)).toBe(null)
    for (const neighbour of [before, after])
      if (neighbour !== null) expect(normalizePublicIp(neighbour)).toBe(neighbour)
  })
})

describe('the text of an address', () => {
  it.each([
    ['2600::8.8.8.8', '2600::808:808'],
    ['2600:1:2:3:4:5:8.8.8.8', '2600:1:2:3:4:5:808:808'],
    ['2600:0:0:0:0:ffff:8.8.8.8', '2600::ffff:808:808'],
    ['2600:1::ffff:8.8.8.8', '2600:1::ffff:808:808'],
    ['0:0:0:0:0:ffff:8.8.8.8', '8.8.8.8'],
    ['2600:1:2:3::5:6:7', '2600:1:2:3:0:5:6:7'],
    ['2600:1:2:3:4:5:6::', '2600:1:2:3:4:5:6:0'],
    ['2600:0:0:3:4:0:0:7', '2600::3:4:0:0:7'],
    ['2600:0:0:3:0:0:0:7', '2600:0:0:3::7'],
    ['2600:1:2:3:4:5:0:0', '2600:1:2:3:4:5::'],
    ['2600:00AB:0:0:0:0:0:0', '2600:ab::'],
  ])('is put into the one normal form: %s', (text, normal) => {
    expect(normalizePublicIp(text)).toBe(normal)
  })

  it.each([
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8. 8',
    '8.8.8.8e1',
    '8.8.8.256',
    '8.8.8.1000',
    '8.8.8.',
    '8.8.8.08',
    '8.8.8.-8',
    '2600::1::2',
    '2600:8.8.8.8::1',
    '2600::8.8.8.8:1',
    '2600:1:2:3:4:5:6',
    '2600:1:2:3:4:5:6:7:8',
    '2600:1:2:3:4:5:6:8.8.8.8',
    '2600:1:2:3::4:5:6:7',
    '2600::1:2:3:4:5:6:7:8',
    '2600::g1',
    '2600::1g',
    '2600::12345',
    '2600::1:',
    ':2600::1',
    '::8.8.8.8',
    '1::ffff:8.8.8.8',
    '::1:ffff:8.8.8.8',
    '::ffff:10.0.0.1',
    '::fffe:8.8.8.8',
    '2600',
    '',
  ])('is refused when it is none: %j', (text) => {
    expect(normalizePublicIp(text)).toBe(null)
  })
})
