import { AstraError } from '../core/errors.ts'
import { CALL_TIMEOUT_MS } from './astra-api.ts'
import { readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { randomToken } from './encryption.ts'
import type { AstraStorage } from './storage/storage.ts'

/**
 * Longer than the calls to Astra that are made under the lease, and the writes after them; whoever dies with it blocks
 * the others no longer than this. An exchange reads whose the tokens are: the User, and the intent.
 */
const LEASE_MS = { refresh: CALL_TIMEOUT_MS + 10_000, exchange: 3 * CALL_TIMEOUT_MS + 15_000 } as const
const LONGEST_LEASE_MS = Math.max(...Object.values(LEASE_MS))

/** How long others wait: a dead holder's refresh and a whole call after it. */
const WAITS_MS = [50, 100, 200, 400, ...Array.from({ length: 30 }, () => 1000)]

const HELD =
  'Another process is getting new tokens for this customer and has not come to an end. If it was ended by force, the next one begins within a minute.'

/** What the holder may do: write, as long as the lease is still its own. */
export interface Lease {
  /** Whether the lease on this record is its own; asked with every try of a write. */
  isHeld(customer: Customer): boolean
  /** Writes and gives the lease up in one commit. False: it was lost, and nothing was written. */
  finish(change: (customer: Customer) => Customer): Promise<boolean>
}

/** What leases are made of. */
export interface LeaseContext {
  storage: AstraStorage
  /** The clock that all instances share, in ms since the epoch. */
  clock: () => Promise<number>
  random: (bytes: Uint8Array<ArrayBuffer>) => void
  wait: (ms: number) => Promise<void>
}

/**
 * Lets one caller over all instances get new tokens for a customer: only one access token per user is valid at a time.
 * The others wait, and are done when `settled` finds that somebody else has done it.
 *
 * @throws AstraError `astra_unavailable` when the holder does not come to an end, `reauthorization_required` for nobody
 * whom the storage knows
 */
export async function withLease<T>(
  context: LeaseContext,
  customerId: string,
  purpose: keyof typeof LEASE_MS,
  settled: (customer: Customer) => Promise<T | null>,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const holder = randomToken(context.random, 16)
  for (const wait of WAITS_MS) {
    const { data: customer, version } = await readCustomer(context.storage, customerId)
    const done = await settled(customer)
    if (done !== null) return done
    // Forgotten meanwhile; there is nothing to get tokens for.
    if (version === null) throw new AstraError('reauthorization_required')
    if (await take(context, customerId, holder, LEASE_MS[purpose]))
      return hold(context, customerId, holder, work)
    await context.wait(wait)
  }
  throw new AstraError('astra_unavailable', { message: HELD })
}

async function take(context: LeaseContext, customerId: string, holder: string, ms: number): Promise<boolean> {
  const now = await context.clock()
  const { data: written } = await updateCustomer(context, customerId, (customer, version) =>
    version === null || isHeld(customer.lease, now)
      ? null
      : { ...customer, lease: { holder, until: now + ms } },
  )
  return written.lease?.holder === holder
}

/** A lease that ends later than any could was taken before the clock was set back. */
function isHeld(lease: Customer['lease'], now: number): boolean {
  return lease !== null && now < lease.until && lease.until < now + 2 * LONGEST_LEASE_MS
}

async function hold<T>(
  context: LeaseContext,
  customerId: string,
  holder: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const finish = async (change: (customer: Customer) => Customer) => {
    let isOurs = false
    await updateCustomer(context, customerId, (customer) => {
      // Asked with every try: the lease may be lost between two.
      isOurs = customer.lease?.holder === holder
      return isOurs ? { ...change(customer), lease: null } : null
    })
    return isOurs
  }
  let isFinished = false
  try {
    return await work({
      isHeld: ({ lease }) => lease?.holder === holder,
      finish: async (change) => {
        const isKept = await finish(change)
        isFinished = true
        return isKept
      },
    })
  } finally {
    if (!isFinished) await finish((customer) => customer)
  }
}
