import { AstraError } from '../core/errors.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import { sha256 } from './encryption.ts'
import type { Change, AstraStorage, StoredRecord } from './storage/storage.ts'

/** What is remembered of a customer: ids, statuses and sealed tokens. Nothing that was typed into the form. */
export interface Customer {
  intent: {
    id: string
    userId: string | null
    status: UserIntentStatus
    createdAt: number
    readAt: number
  } | null
  /** The creation under way; `unknown` when its answer never came. Gone once an intent id is stored. */
  attempt: { id: string; state: 'sent' | 'unknown'; at: number } | null
  /** The User as last read; outlives the tokens. */
  user: { id: string; status: UserStatus; readAt: number } | null
  /** Sealed {@link TokenSet}; null before the first exchange and after the authorization died. */
  tokens: string | null
  /** Returns from `authorize` without a code since the last success. */
  fruitlessReturns: number
}

/** A customer with the version it was read at. */
export interface VersionedCustomer {
  id: string
  /** Null while nothing is stored. */
  version: number | null
  data: Customer
}

const TRIES = 10

export async function readCustomer(storage: AstraStorage, id: string): Promise<VersionedCustomer> {
  const record = (await storage.get('customer', id)) as StoredRecord<Customer> | null
  return { id, version: record?.version ?? null, data: record?.data ?? newCustomer() }
}

/** The write that puts `data` in the place of what was read. */
export function customerChange({ id, version }: VersionedCustomer, data: Customer): Change {
  return {
    kind: 'customer',
    id,
    expectedVersion: version,
    data,
    indexes: data.intent ? { intent: data.intent.id } : {},
  }
}

/**
 * Reads, changes and writes until nobody came in between. `change` may run several times; when it returns null,
 * nothing is written. Changes of other records ride along in the same commit; they are drawn up anew for each try.
 *
 * @throws AstraError `storage_conflict` when ten tries were not enough
 */
export async function updateCustomer(
  storage: AstraStorage,
  id: string,
  change: (customer: Customer) => Customer | null,
  alongside: () => Promise<readonly Change[]> = async () => [],
): Promise<Customer> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const current = await readCustomer(storage, id)
    const next = change(current.data)
    if (next === null) return current.data
    if (await storage.commit([customerChange(current, next), ...(await alongside())])) return next
  }
  throw new AstraError('storage_conflict')
}

/** A creation without an answer counts as under way this long, then as unknown. */
const ATTEMPT_LIMIT_MS = 60_000

/** A user intent is being created just now, by this window or another. */
export function isBeingCreated({ attempt }: Customer, now: number): boolean {
  return attempt?.state === 'sent' && now < attempt.at + ATTEMPT_LIMIT_MS
}

/** The label under which a customer's tokens are sealed. */
export function tokenLabel(customerId: string): string {
  return `customer/${customerId}`
}

function newCustomer(): Customer {
  return {
    intent: null,
    attempt: null,
    user: null,
    tokens: null,
    fruitlessReturns: 0,
  }
}

/** A short id that a person can read to support. Follows from the customer's id, so it needs no storage. */
export async function referenceOf(customerId: string): Promise<string> {
  const digest = await sha256(`reference/${customerId}`)
  return digest.slice(0, 8).toUpperCase()
}
