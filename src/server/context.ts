import type { ProfilePolicy } from '../core/profile.ts'
import type { AstraApi } from './astra-api.ts'
import type { AstraLogger, AstraProxyOptions, Configuration, Identity, Platform } from './options.ts'
import type { AstraStorage } from './storage/storage.ts'
import type { TokenVault } from './token-vault.ts'

/** What every route and service receives. */
export interface ProxyContext {
  configuration: Configuration
  options: AstraProxyOptions
  storage: AstraStorage
  astra: AstraApi
  tokens: TokenVault
  policy: Omit<ProfilePolicy, 'locked'>
  logger: AstraLogger
  now: () => number
  random: (bytes: Uint8Array<ArrayBuffer>) => void
}

/** One request on its way through a route. */
export interface RouteRequest {
  request: Request
  url: URL
  platform: Platform
  /** Value of the browser's own cookie, if it has one. */
  browser: string | null
  /** The parts of the path that the route's pattern left open. */
  parameters: Record<string, string>
  /** Who is signed in; null on the routes that are authenticated by flow and cookie. */
  identity: Identity | null
}

/** A handler of the route table. */
export type Route = (context: ProxyContext, incoming: RouteRequest) => Promise<Response>
