/** Ranges that are not globally reachable, or name no single device. @see IANA IPv4 and IPv6 special-purpose registries */
const REFUSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(parseV4Range)

/** Inside 2000::/3, the one block of global unicast: Teredo and protocol assignments, documentation, 6to4. */
const REFUSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map(parseV6Range)

/** Parts of 2001::/23 that are globally reachable all the same. */
const EXCEPTED_V6 = ['2001:3::/32', '2001:4:112::/48', '2001:20::/28', '2001:30::/28'].map(parseV6Range)

/**
 * An address that may be sent as a device's IP, in its normal form: dotted quad, or RFC 5952. Null for anything else:
 * special-purpose and multicast ranges, zones, ports, brackets, malformed text. IPv4-mapped IPv6 is unwrapped.
 */
export function normalizePublicIp(text: string): string | null {
  const v4 = parseV4(text)
  if (v4 !== null) return isPublicV4(v4) ? formatV4(v4) : null
  const v6 = parseV6(text)
  if (!v6) return null
  const mapped = unmap(v6)
  if (mapped !== null) return isPublicV4(mapped) ? formatV4(mapped) : null
  return isPublicV6(v6) ? formatV6(v6) : null
}

/** Whether a text is an address at all, public or not. One of IPv6 may name its zone, as those of a local network do. */
export function isIpAddress(text: string): boolean {
  return parseV4(text) !== null || parseV6(text.replace(/%[^%]+$/, '')) !== null
}

/** Who has an IPv6 address has a whole /64 of them; an IPv4 address stands for itself. @param address in normal form */
export function networkOf(address: string): string {
  const groups = address.includes(':') ? parseV6(address) : null
  return groups ? formatV6([...groups.slice(0, 4), 0, 0, 0, 0]) : address
}

function parseV4(text: string): number | null {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every(isOctet)) return null
  return octets.reduce((sum, octet) => sum * 256 + Number(octet), 0)
}

function isOctet(text: string): boolean {
  return /^(0|[1-9]\d*)$/.test(text) && Number(text) <= 255
}

/** Eight groups of 16 bits. @see RFC 4291 §2.2 */
function parseV6(text: string): number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1))
  if (!head) return null
  if (tail === undefined) return head.length === 8 ? head : null
  if (!tail || head.length + tail.length > 7) return null
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function parseGroups(text: string, isLast: boolean): number[] | null {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    const v4 = isLast && index === parts.length - 1 ? parseV4(part) : null
    if (v4 !== null) groups.push(v4 >>> 16, v4 & 0xffff)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16))
    else return null
  }
  return groups
}

/** The IPv4 address inside ::ffff:0:0/96; null outside of it. */
function unmap(groups: readonly number[]): number | null {
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  return isMapped ? (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0) : null
}

interface V4Range {
  first: number
  size: number
}

function parseV4Range(range: string): V4Range {
  const [address, bits] = range.split('/') as [string, string]
  return { first: parseV4(address) as number, size: 2 ** (32 - Number(bits)) }
}

function isPublicV4(address: number): boolean {
  return !REFUSED_V4.some(({ first, size }) => address >= first && address < first + size)
}

interface V6Range {
  groups: number[]
  bits: number
}

function parseV6Range(range: string): V6Range {
  const [address, bits] = range.split('/') as [string, string]
  return { groups: parseV6(address) as number[], bits: Number(bits) }
}

function isPublicV6(groups: readonly number[]): boolean {
  const isIn = (range: V6Range) => isInV6(groups, range)
  const isGlobalUnicast = ((groups[0] ?? 0) & 0xe000) === 0x2000
  return isGlobalUnicast && (!REFUSED_V6.some(isIn) || EXCEPTED_V6.some(isIn))
}

function isInV6(groups: readonly number[], range: V6Range): boolean {
  return range.groups.every((group, index) => {
    const relevant = Math.min(Math.max(range.bits - index * 16, 0), 16)
    const mask = (0xffff << (16 - relevant)) & 0xffff
    return (group & mask) === ((groups[index] ?? 0) & mask)
  })
}

function formatV4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')
}

/** Lower case, no leading zeros, the first longest run of two or more zero groups as `::`: URLs have it so, too. @see RFC 5952 §4 */
function formatV6(groups: readonly number[]): string {
  const hex = groups.map((group) => group.toString(16))
  return new URL(`http://[${hex.join(':')}]`).hostname.slice(1, -1)
}
