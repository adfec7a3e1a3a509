import { AstraError } from '../core/errors.ts'
import type { Environment, Platform } from './options.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1)$/
const PRIVATE = /^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1?$|f[cd]|fe[89ab])/i

/** Stands in for the loopback address of a developer's browser; only the simulator gets it. */
const SIMULATED_ADDRESS = '8.8.8.8'

/** What the address is derived from. */
export interface ClientIpOptions {
  clientIp: ((request: Request, platform: Platform) => string | null) | undefined
  environment: Environment
}

/**
 * The device's public IP address: from the partner's `clientIp`, else the connection's own.
 * @throws AstraError `client_ip_unconfigured` when there is none, or it is private: Astra would reject the person for it
 */
export function clientIp(request: Request, platform: Platform, options: ClientIpOptions): string {
  const given = options.clientIp ? options.clientIp(request, platform) : platform.remoteAddress
  const address = given?.trim().replace(/^::ffff:(?=\d+\.)/i, '')
  if (options.environment === 'simulator' && address && LOOPBACK.test(address)) return SIMULATED_ADDRESS
  if (!address || PRIVATE.test(address)) throw new AstraError('client_ip_unconfigured')
  return address
}
