import { AstraError } from '../core/errors.ts'
import { readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { randomToken } from './encryption.ts'
import type { AstraStorage } from './storage/storage.ts'

/** Longer than a call to Astra may take; whoever dies with the lease blocks the others no longer than this. */
const LEASE_MS = 12_000

/** How long others wait: a dead holder's lease and a whole call after it. */
const WAITS_MS = [50, 100, 200, 400, ...Array.from({ length: 24 }, () => 1000)]

/** What the holder may do: write, as long as the lease is still its own. */
export interface Lease {
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
 * @throws AstraError `astra_unavailable` when the holder does not come to an end
 */
export async function withLease<T>(
  context: LeaseContext,
  customerId: string,
  settled: (customer: Customer) => Promise<T | null>,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const holder = randomToken(context.random, 16)
  for (const wait of WAITS_MS) {
    const { data: customer } = await readCustomer(context.storage, customerId)
    const done = await settled(customer)
    if (done !== null) return done
    if (await take(context, customerId, holder)) return hold(context, customerId, holder, work)
    await context.wait(wait)
  }
  throw new AstraError('astra_unavailable')
}

async function take(context: LeaseContext, customerId: string, holder: string): Promise<boolean> {
  const now = await context.clock()
  const written = await updateCustomer(context.storage, customerId, (customer) =>
    isHeld(customer.lease, now) ? null : { ...customer, lease: { holder, until: now + LEASE_MS } },
  )
  return written.lease?.holder === holder
}

/** A lease that ends later than any could was taken before the clock was set back. */
function isHeld(lease: Customer['lease'], now: number): boolean {
  return lease !== null && now < lease.until && lease.until < now + 2 * LEASE_MS
}

async function hold<T>(
  context: LeaseContext,
  customerId: string,
  holder: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const finish = async (change: (customer: Customer) => Customer) => {
    let isOurs = false
    await updateCustomer(context.storage, customerId, (customer) => {
      // Asked with every try: the lease may be lost between two.
      isOurs = customer.lease?.holder === holder
      return isOurs ? { ...change(customer), lease: null } : null
    })
    return isOurs
  }
  let isFinished = false
  try {
    return await work({
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
