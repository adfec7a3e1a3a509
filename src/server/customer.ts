import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import type { Card } from './astra-wire.ts'
import { DAY_MS, isWithin } from './clock.ts'
import { keyIdOf, sha256 } from './encryption.ts'
import type { Change, AstraStorage, StoredRecord } from './storage/storage.ts'
import { untilWritten } from './tries.ts'
import type { TriesContext } from './tries.ts'

/** What is remembered of a customer: ids, statuses and sealed tokens. Nothing that was typed into the form. */
export interface Customer {
  intent: {
    id: string
    userId: string | null
    status: UserIntentStatus
    createdAt: number
    /** When Astra was last asked; 0 when it may be asked at once. */
    readAt: number
    /** The attempt that created it; null for one that the partner brought along. */
    attemptId: string | null
    /** As the attempt knows it; 0 for one that the partner brought along. */
    attemptsLeft: number
  } | null
  /** The creation under way; `unknown` when its answer never came. Gone once an intent id is stored. */
  attempt: { id: string; state: 'sent' | 'unknown'; at: number } | null
  /** The User as last read; outlives the tokens. */
  user: {
    id: string
    /** Null for one that the partner brought along, until Astra is asked. */
    status: UserStatus | null
    readAt: number
    /** Keyed hash of the phone, so that a change of it is noticed. */
    phoneHash: string
  } | null
  /** The cards as last read; null until a flow for one is looked at. `isRead`: the read of `readAt` has been answered. */
  cards: { readAt: number; isRead: boolean; known: Card[] } | null
  /** Something has happened at Astra, and nobody has looked since. `maintain` does if nobody else does. */
  isStale: boolean
  /** It was looked at, and the partner may not have heard of it: this process may die first. `maintain` tells. */
  isUntold: boolean
  /** A card may be there that the partner has not heard of. Only `maintain` takes this off, whoever looks before it. */
  cardsDue: boolean
  /** The phone at Astra is no longer that of the intent. */
  phoneChanged: boolean
  /** Set for a business customer. */
  businessProfileId: string | null
  /** Sealed tokens; null before the first exchange and after the authorization died. */
  tokens: { sealed: string; obtainedAt: number } | null
  /** Who is getting new tokens just now, over all instances. */
  lease: { holder: string; until: number } | null
  /** The flow that holds tokens whose owner could not be checked yet. */
  unverifiedFlow: string | null
  /** Returns from `authorize` without a code since the last success. */
  fruitlessReturns: number
  /** When the person last came back from the photo screen, in ms since the epoch. */
  documentReturnedAt: number | null
  /** How many user intents they have asked for on the latest day of it: of UTC, counted from the epoch. */
  creations: { day: number; count: number } | null
  /** What `onChange` was last told. */
  announced: string | null
}

/** A customer with the version it was read at. */
export interface VersionedCustomer {
  id: string
  /** Null while nothing is stored. */
  version: number | null
  data: Customer
}

/** What a record does not say is as here. */
const NEW_CUSTOMER: Readonly<Customer> = {
  intent: null,
  attempt: null,
  user: null,
  cards: null,
  isStale: false,
  isUntold: false,
  cardsDue: false,
  phoneChanged: false,
  businessProfileId: null,
  tokens: null,
  lease: null,
  unverifiedFlow: null,
  fruitlessReturns: 0,
  documentReturnedAt: null,
  creations: null,
  announced: null,
}

export async function readCustomer(storage: AstraStorage, id: string): Promise<VersionedCustomer> {
  const record = (await storage.get('customer', id)) as StoredRecord<Partial<Customer>> | null
  return { id, version: record?.version ?? null, data: { ...NEW_CUSTOMER, ...record?.data } }
}

/** The write that puts `data` in the place of what was read. */
export function customerChange({ id, version }: VersionedCustomer, data: Customer): Change {
  return {
    kind: 'customer',
    id,
    expectedVersion: version,
    data: withoutBlanks(data),
    indexes: indexesOf(data),
  }
}

/** Without what is as in the beginning: every status reads the record, and to read nothing costs as much as to read something. */
function withoutBlanks(customer: Customer): Partial<Customer> {
  const names = Object.keys(customer) as (keyof Customer)[]
  return Object.fromEntries(
    names.filter((name) => customer[name] !== NEW_CUSTOMER[name]).map((name) => [name, customer[name]]),
  )
}

/** What webhooks and maintenance find a customer by. */
function indexesOf(customer: Customer): Record<string, string> {
  const { intent, attempt, user, isStale, isUntold, cardsDue, tokens, unverifiedFlow } = customer
  return {
    ...(intent && { intent: intent.id }),
    ...(user && { user: user.id }),
    // Also while an attempt is under way, whose intent will be stale: so creating writes this row once.
    ...((isStale || attempt?.state === 'sent') && { due: 'yes' }),
    ...(isUntold && { untold: 'yes' }),
    ...(cardsDue && { cards: 'yes' }),
    ...(unverifiedFlow && { unverified: 'yes' }),
    ...(tokens && { key: keyIdOf(tokens.sealed), granted: dayOf(tokens.obtainedAt) }),
  }
}

/** Name of a day, by which {@link AstraStorage.find} finds what is due. */
export function dayOf(instant: number): string {
  return String(Math.floor(instant / DAY_MS))
}

/**
 * Reads, changes and writes until nobody came in between. `change` may run several times; when it returns null,
 * nothing is written. Its `version` is null while nothing is stored. Changes of other records ride along in the same commit; they are drawn up anew for each try.
 *
 * @param known the customer as just read: the first try goes by that
 * @throws AstraError `storage_conflict` when many tries were not enough
 */
export async function updateCustomer(
  context: TriesContext & { storage: AstraStorage },
  id: string,
  change: (customer: Customer, version: number | null) => Customer | null,
  alongside: (before: Customer) => Promise<readonly Change[]> = async () => [],
  known?: VersionedCustomer,
): Promise<VersionedCustomer> {
  const { storage } = context
  let justRead = known
  return untilWritten(context, async () => {
    const current = justRead ?? (await readCustomer(storage, id))
    justRead = undefined
    const data = change(current.data, current.version)
    if (data === null) return current
    const isWritten = await storage.commit([
      customerChange(current, data),
      ...(await alongside(current.data)),
    ])
    return isWritten ? { id, version: (current.version ?? 0) + 1, data } : null
  })
}

/** A creation without an answer counts as under way this long, then as unknown. */
export const ATTEMPT_LIMIT_MS = 60_000

/** A user intent is being created just now, by this window or another. */
export function isBeingCreated({ attempt }: Customer, now: number): boolean {
  return attempt?.state === 'sent' && isWithin(ATTEMPT_LIMIT_MS, attempt.at, now)
}

/** After a return or a webhook, what was read before it is old news. */
export function forgetReads(customer: Customer): Customer {
  return {
    ...customer,
    isStale: true,
    // Nobody has a card before the first authorization.
    cardsDue: customer.cardsDue || customer.tokens !== null,
    intent: customer.intent && { ...customer.intent, readAt: 0 },
    user: customer.user && { ...customer.user, readAt: 0 },
    cards: customer.cards && { ...customer.cards, readAt: 0 },
  }
}

/** The status that the partner hears of. */
export function statusOf({ user, intent }: Customer): UserStatus | UserIntentStatus | null {
  return user?.status ?? intent?.status ?? null
}

/** What Astra answers now counts, but an approved person is never sent back to an earlier station. */
export function mergeStatus(known: UserStatus | null | undefined, read: UserStatus): UserStatus {
  const isStep = read === 'pending' || read === 'retry' || read === 'document'
  return known === 'approved' && isStep ? known : read
}

/** The label under which a customer's tokens are sealed. */
export function tokenLabel(customerId: string): string {
  return `customer/${customerId}`
}

/** A short id that a person can read to support. Follows from the customer's id, so it needs no storage. */
export function referenceOf(customerId: string): string {
  const known = references.get(customerId)
  if (known) return known
  if (references.size >= MOST_REFERENCES) references.clear()
  const reference = sha256(`reference/${customerId}`).slice(0, 8).toUpperCase()
  references.set(customerId, reference)
  return reference
}

/** Those who poll just now; to hash costs more than to find. */
const references = new Map<string, string>()
const MOST_REFERENCES = 1_000
