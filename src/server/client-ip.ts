import { AstraError } from '../core/errors.ts'
import type { Environment } from './configuration.ts'
import { isIpAddress, normalizePublicIp } from './ip-address.ts'
import type { Platform } from './options.ts'
import { isStrayPromise, thrownBy } from './partner-functions.ts'

/** Stands in for the address of a browser on the developer's machine or network; only the simulator gets it. */
const SIMULATED_ADDRESS = '8.8.8.8'

const NOT_PUBLIC =
  "The device's IP address is not public (loopback or private): on your own machine give createAstraProxy `clientIp: () => …` with the public one, behind your own proxies set `trustedHops`."

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
 * left was written by the client. For the simulator a fixed public address stands in for one that is not public.
 * @throws AstraError `client_ip_unconfigured` when there is none, or it is not public: Astra would reject the person for it;
 * `internal` when the partner's function throws, `configuration_invalid` when it answers something else than a text
 */
export function clientIp(request: Request, platform: Platform, options: ClientIpOptions): string {
  const { clientIp: given, trustedHops, environment } = options
  const address = given
    ? ask(given, request, platform)
    : entryOfChain(request.headers.get('x-forwarded-for'), platform.remoteAddress, trustedHops)
  const normalized = address && normalizePublicIp(address)
  if (normalized) return normalized
  if (!address || !isIpAddress(address)) throw new AstraError('client_ip_unconfigured')
  if (environment === 'simulator') return SIMULATED_ADDRESS
  throw new AstraError('client_ip_unconfigured', { message: NOT_PUBLIC })
}

function ask(
  given: NonNullable<ClientIpOptions['clientIp']>,
  request: Request,
  platform: Platform,
): string | undefined {
  let address: unknown
  try {
    address = given(request, platform) ?? ''
  } catch (cause) {
    throw thrownBy('clientIp', cause)
  }
  if (typeof address === 'string') return address.trim()
  const what = isStrayPromise(address) ? 'a promise' : `a value of the type ${typeof address}`
  throw new AstraError('configuration_invalid', {
    message: `\`clientIp\` must return the address as a text, or null; what it returned is ${what}.`,
  })
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
  const [, v6, v4] = /^(?:\[(.*)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry) ?? []
  return v6 ?? v4 ?? entry
}
