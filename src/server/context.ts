import type { ProfilePolicy } from '../core/profile.ts'
import type { Answer } from './answer.ts'
import type { AstraApi } from './astra-api.ts'
import type { AuditEvent } from './audit.ts'
import type { Configuration } from './configuration.ts'
import type { Customer } from './customer.ts'
import type { Vault } from './encryption.ts'
import type { Incoming } from './incoming.ts'
import type { KeyedHash } from './keyed-hash.ts'
import type { AstraLogger, AstraProxyOptions, Identity, Platform } from './options.ts'
import type { SharedWork } from './shared-work.ts'
import type { SparseWarning } from './sparse-warning.ts'
import type { AstraStorage } from './storage/storage.ts'
import type { TokenVault } from './token-vault.ts'

/** What every route and service receives. */
export interface ProxyContext {
  configuration: Configuration
  options: AstraProxyOptions
  storage: AstraStorage
  astra: AstraApi
  tokens: TokenVault
  vault: Vault
  keyedHash: KeyedHash
  /** Reads of Astra. */
  reads: SharedWork<Customer>
  /** Calls of `onChange` that have not come back to this process, as `step/<customer>` or `card/<customer>`. */
  announcing: Map<string, { announced: string; since: number; isOverdue: boolean }>
  /** What the log has heard already of answers of `identify`, as `code/customer`. */
  warnedIdentities: Set<string>
  refusedWebhooks: SparseWarning
  /** Requests that no route is for. */
  strayRequests: SparseWarning
  policy: Omit<ProfilePolicy, 'locked'>
  logger: Record<keyof AstraLogger, AstraLogger['warn']>
  audit: (event: AuditEvent) => void
  now: () => number
  /** The clock that all instances share: the database's, where it has one. Leases go by it. */
  clock: () => Promise<number>
  wait: (ms: number) => Promise<void>
  random: (bytes: Uint8Array<ArrayBuffer>) => void
}

/** One request on its way through a route. */
export interface RouteRequest extends Incoming {
  /** Its name in the log, like `GET /flows/:id/start`. */
  route: string
  /** Empty, or from the question mark on. */
  search: string
  platform: Platform
  /** Values of the browser's own cookies; none before its first flow. */
  browser: readonly string[]
  /** The parts of the path that the route's pattern left open. */
  parameters: Record<string, string>
}

/** One request of somebody who is signed in. */
export interface CustomerRequest extends RouteRequest {
  identity: UsableIdentity
}

/** What `identify` has returned, as the proxy goes by it. */
export interface UsableIdentity extends Identity {
  /** The object itself, for the partner's own functions: it may be one of a class, with more in it. */
  answered: Identity
}

/** A handler of the route table. */
export type Route = (context: ProxyContext, incoming: RouteRequest) => Promise<Answer>

/** One that is only called for somebody who is signed in. */
export type CustomerRoute = (context: ProxyContext, incoming: CustomerRequest) => Promise<Answer>
