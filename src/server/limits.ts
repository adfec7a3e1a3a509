import { AstraError } from '../core/errors.ts'
import type { Profile } from '../core/profile.ts'
import { DAY_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { dayOf } from './customer.ts'
import type { Customer } from './customer.ts'
import { failureLine } from './failure-log.ts'
import { networkOf } from './ip-address.ts'
import type { KeyedHash } from './keyed-hash.ts'
import type { Limits } from './options.ts'
import type { StoredRecord } from './storage/storage.ts'
import { untilWritten } from './tries.ts'

const HOUR_MS = 60 * 60 * 1000

/**
 * The limits, kept in storage, so that they hold over all instances. All but that of a person count in fixed windows, so twice
 * as many may pass around the border of two; that of a person slides.
 */
export const LIMITS = {
  /**
   * A person opens two or three, and each start may mint a token at Astra. As many corrections: each first asks Astra
   * whether the person has signed in meanwhile.
   */
  flows: { option: 'flowsPerHour', most: 30, windowMs: HOUR_MS },
  /** A person needs one; the rest is room for outages and corrections. */
  customer: { option: 'creationsPerCustomerAndDay', most: 10, windowMs: DAY_MS },
  /** Of IPv6 its /64. Offices and mobile networks share one; a run over many names shows. */
  address: { option: 'creationsPerAddressAndHour', most: 60, windowMs: HOUR_MS },
  /**
   * 10,000 last four digits can be tried against one name and date of birth: the answer tells whether they match, and new
   * e-mail addresses cost nothing.
   */
  person: { option: 'creationsPerPersonIn30Days', most: 3, windowMs: 30 * DAY_MS },
} as const satisfies Record<string, { option: keyof Limits; most: number; windowMs: number }>

/** The partner's number where there is one. */
export function mostOf(context: ProxyContext, limit: keyof typeof LIMITS): number {
  const { option, most } = LIMITS[limit]
  return context.options.limits?.[option] ?? most
}

/** @throws AstraError `too_many_requests` */
export async function limitFlows(context: ProxyContext, customerId: string): Promise<void> {
  await count(context, 'flows', `customer/${customerId}`)
}

/** Has the partner's number for flows. @throws AstraError `too_many_requests` */
export async function limitCorrections(context: ProxyContext, customerId: string): Promise<void> {
  await count(context, 'flows', `correction/${customerId}`)
}

/**
 * The customer's count with one creation more; it belongs into the commit of the attempt, so that of twenty clicks one counts.
 * @throws AstraError `too_many_requests`
 */
export function spendDay(
  context: ProxyContext,
  { creations }: Pick<Customer, 'creations'>,
): NonNullable<Customer['creations']> {
  const { windowMs } = LIMITS.customer
  const now = context.now()
  const today = Math.floor(now / windowMs)
  // A clock that is behind begins no new day; one that was far ahead for a moment must not count until that date.
  const isCurrent = creations && creations.day >= today && creations.day <= today + 1
  const { day, count } = isCurrent ? creations : { day: today, count: 0 }
  if (count >= mostOf(context, 'customer')) throw tooMany((day + 1) * windowMs - now)
  return { day, count: count + 1 }
}

/** The count without a creation that Astra never saw. @param at when it was counted, in ms since the epoch */
export function refundDay(
  { creations }: Pick<Customer, 'creations'>,
  at: number,
): NonNullable<Customer['creations']> | null {
  if (creations?.day !== Math.floor(at / LIMITS.customer.windowMs)) return creations
  return { ...creations, count: Math.max(0, creations.count - 1) }
}

/**
 * Counts a creation by its address. After the commit of the attempt, so that whoever is refused in it, like all but one
 * of twenty clicks, uses up nothing of what others behind the same address have left.
 * @returns what {@link refundAddress} gives back
 * @throws AstraError `too_many_requests`
 */
export async function limitAddress(context: ProxyContext, ipAddress: string): Promise<Counted> {
  const refunded = async (id: string) => (await readRefunds(context, id))?.data.refunded ?? 0
  return count(context, 'address', `address/${networkOf(ipAddress)}`, refunded)
}

/** Creations that were counted by an address and that Astra never took: a counter of storage cannot count down. */
type Refunds = StoredRecord<{ refunded: number }>

async function readRefunds(context: ProxyContext, id: string): Promise<Refunds | null> {
  return (await context.storage.get('budget', id)) as Refunds | null
}

/**
 * Gives a creation back to its address. Only one that the limit has let pass: so however many come at once, of those that
 * have passed never more than the limit allows are not given back. A courtesy: what it fails of is logged and no more, for
 * whoever waits has to hear why nothing was sent.
 */
export async function refundAddress(context: ProxyContext, { id, end }: Counted): Promise<void> {
  try {
    await untilWritten(context, async () => {
      const record = await readRefunds(context, id)
      const data: Refunds['data'] = { refunded: (record?.data.refunded ?? 0) + 1 }
      const change = { kind: 'budget', id, expectedVersion: record?.version ?? null, data } as const
      return (await context.storage.commit([{ ...change, indexes: { ends: dayOf(end) } }])) || null
    })
  } catch (error) {
    context.logger.warn(
      ...failureLine('POST /user-intents', error, 'a creation was not given back to its address'),
    )
  }
}

/**
 * Who a profile is about: the ends of the name and the date of birth, for these are what the last four digits are
 * checked against. The address can be written in many ways and counts only where no date of birth was asked for.
 */
export async function personHashes(context: ProxyContext, profile: Profile): ReturnType<KeyedHash> {
  const { firstName, lastName, dateOfBirth, address1, postalCode } = profile
  const others = dateOfBirth ? [dateOfBirth] : [address1, postalCode]
  const parts = [...endsOfName(`${firstName} ${lastName}`), ...others.map(plain)]
  return context.keyedHash(`person/${parts.join('/')}`)
}

const GENERATION = /[ .]+(?:jr|sr|ii|iii|iv)[ .]*$/i

/** So many letters at each end: what lies between, blanks and hyphens, and where the first name ends, has many spellings. */
const END = 3

function endsOfName(name: string): [first: string, last: string] {
  const letters = plain(name.replace(GENERATION, ''))
  return [letters.slice(0, END), letters.slice(-END)]
}

/** Letters and digits only, so that an accent, a blank or a capital makes nobody new. */
function plain(text: string | undefined): string {
  const decomposed = (text ?? '').normalize('NFKD').toLowerCase()
  return decomposed.replaceAll(/[^\p{Letter}\p{Number}]|[ʻʼ]/gu, '')
}

/** Where something was counted: the name of counter and window, and the window's end in ms since the epoch. */
export interface Counted {
  id: string
  end: number
}

/** @param refunded how much of it was given back; asked where it would be too much */
async function count(
  context: ProxyContext,
  limit: 'flows' | 'address',
  subject: string,
  refunded: (id: string) => Promise<number> = async () => 0,
): Promise<Counted> {
  const { windowMs } = LIMITS[limit]
  const now = context.now()
  // A counter outlives `forget`, so nobody's id is in it.
  const [hash] = await context.keyedHash(subject)
  const start = Math.floor(now / windowMs) * windowMs
  const end = start + windowMs
  const id = `${limit}/${hash}/${start}`
  const most = mostOf(context, limit)
  const sum = await context.storage.increment(`${limit}/${hash}`, { start, end })
  if (sum > most && sum - (await refunded(id)) > most) throw tooMany(end - now)
  return { id, end }
}

function tooMany(ms: number): AstraError {
  return new AstraError('too_many_requests', { retryAfterSeconds: Math.ceil(ms / 1000) })
}
