import { AstraError } from '../core/errors.ts'
import type { Environment } from './configuration.ts'
import { normalizePublicIp } from './ip-address.ts'
import type { Platform } from './options.ts'

/** Stands in for the loopback address of a developer's browser; only the simulator gets it. */
const SIMULATED_ADDRESS = '8.8.8.8'

/** What the address is derived from. */
export interface ClientIpOptions {
  clientIp: ((request: Request, platform: Platform) => string | null) | undefined
  /** Proxies of the partner's own in front of this one; each adds an entry to the right of the forwarded chain. */
  trustedHops: number
  environment: Environment
}

/**
 * The device's public IP address: from the partner's `clientIp`, else the entry `trustedHops` from the right of the
 * forwarded chain, whose right end is the connection. There is no falling back to another entry: what stands further
 * left was written by the client.
 * @throws AstraError `client_ip_unconfigured` when there is none, or it is not public: Astra would reject the person for it
 */
export function clientIp(request: Request, platform: Platform, options: ClientIpOptions): string {
  const { clientIp: given, trustedHops, environment } = options
  const address = given
    ? given(request, platform)?.trim()
    : entryOfChain(request.headers.get('x-forwarded-for'), platform.remoteAddress, trustedHops)
  if (address && environment === 'simulator' && isLoopback(address)) return SIMULATED_ADDRESS
  const normalized = address && normalizePublicIp(address)
  if (!normalized) throw new AstraError('client_ip_unconfigured')
  return normalized
}

/** `forwarded` is all header lines joined in order of arrival, as `Headers` joins them. */
function entryOfChain(
  forwarded: string | null,
  remoteAddress: string | undefined,
  trustedHops: number,
): string | undefined {
  const entries = forwarded === null ? [] : forwarded.split(',')
  // Where the platform shows no connection, the right end is an entry that cannot be read.
  const chain = [...entries, remoteAddress]
  const entry = chain.at(-1 - trustedHops)
  return entry && stripPort(entry.trim())
}

/** Balancers may add a port, and then put an IPv6 address in brackets. */
function stripPort(entry: string): string {
  return entry.replace(/^(?:\[(.*)\]|([\d.]+))(?::\d{1,5})?$/, '$1$2')
}

function isLoopback(address: string): boolean {
  return /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i.test(address)
}
