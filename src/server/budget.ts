import { AstraError } from '../core/errors.ts'
import { beganAt, stillCounting } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { dayOf } from './customer.ts'
import { LIMITS, mostOf } from './limits.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** What attempts count against. */
type Owner = 'email' | 'person'

/** The attempts that count; a record of its own, so that it holds when two run at once. */
interface Budget {
  /** Ids, the oldest first. */
  attempts: string[]
  /** While several encryption keys are configured: what the owner is called by the others. */
  others?: string[]
}

type BudgetRecord = StoredRecord<Budget>

/** Astra's limit of user intents per e-mail address. */
const ATTEMPTS_PER_EMAIL = 3

/** Whose attempt it is, and what is known of them. */
interface Spending {
  attemptId: string
  /** Of the owner, one for each encryption key, the current one first. */
  hashes: readonly string[]
  /** Nothing is read, and nothing taken for stored. If there is something, the commit of the changes fails. */
  isTakenForNew: boolean
}

/**
 * Counts an attempt against its e-mail address; the changes belong into the commit of the attempt.
 * @returns the changes, and how many attempts the address has left
 * @throws AstraError `intent_limit_reached`
 */
export async function spendEmail(
  context: ProxyContext,
  spending: Spending,
): Promise<{ changes: Change[]; left: number }> {
  const { records, named } = await readSpent(context, 'email', spending)
  const spent = await stillCounting(context, named)
  if (spent.length >= ATTEMPTS_PER_EMAIL) throw new AstraError('intent_limit_reached')
  const attempts = [...spent, spending.attemptId]
  return {
    changes: budgetChanges('email', spending.hashes, records, attempts),
    left: ATTEMPTS_PER_EMAIL - attempts.length,
  }
}

/**
 * Counts an attempt against the person it is about; the changes belong into the commit of the attempt. To the person it
 * is the same as Astra's own limit: support can help, and to wait a moment cannot.
 * @throws AstraError `intent_limit_reached`
 */
export async function spendPerson(context: ProxyContext, spending: Spending): Promise<Change[]> {
  const { windowMs } = LIMITS.person
  const most = mostOf(context, 'person')
  const now = context.now()
  const { records, named } = await readSpent(context, 'person', spending)
  const recent = named.filter((id) => isWithin(windowMs, beganAt(id), now))
  // What has become no intent has told nobody whether the digits match.
  const spent = recent.length < most ? recent : await stillCounting(context, recent)
  const decisive = spent.at(-most)
  if (decisive !== undefined) {
    const retryAfterSeconds = Math.ceil((beganAt(decisive) + windowMs - now) / 1000)
    throw new AstraError('intent_limit_reached', { retryAfterSeconds })
  }
  return budgetChanges('person', spending.hashes, records, [...spent, spending.attemptId])
}

/** Of an attempt, what names its budgets. */
interface Owned {
  id: string
  data: Pick<Attempt, 'emailHash' | 'personHash'>
}

/** Gives attempts back to their e-mail addresses and persons. */
export async function refund(context: ProxyContext, attempts: readonly Owned[]): Promise<Change[]> {
  const isGone = isOneOf(attempts)
  const emails = attempts.map(({ data }) => data.emailHash)
  const persons = attempts.map(({ data }) => data.personHash)
  return [
    ...(await withoutAttempts(context, 'email', emails, isGone)),
    ...(await withoutAttempts(context, 'person', persons, isGone)),
  ]
}

/**
 * When the customer is forgotten: attempts without an intent are given back, the others count on. No attempt leads to the
 * person's budget any more, so `maintain` finds it by its day.
 */
export async function forgetAttempts(
  context: ProxyContext,
  attempts: readonly (Owned & { data: Pick<Attempt, 'intentId'> })[],
): Promise<Change[]> {
  const isGone = isOneOf(attempts.filter(({ data }) => data.intentId === null))
  const emails = attempts.map(({ data }) => data.emailHash)
  const persons = attempts.map(({ data }) => data.personHash)
  const budgets = await readFamilies(context, 'person', persons)
  return [
    ...(await withoutAttempts(context, 'email', emails, isGone)),
    ...budgets.map(({ hash, record }) => {
      const left = record.data.attempts.filter((id) => !isGone(id))
      return leftover(context, 'person', hash, record, left)
    }),
  ]
}

/** What no longer counts against the person of an attempt. @param now ms since the epoch */
export async function lapsed(context: ProxyContext, { data }: Owned, now: number): Promise<Change[]> {
  const isGone = (id: string) => !isWithin(LIMITS.person.windowMs, beganAt(id), now)
  return withoutAttempts(context, 'person', [data.personHash], isGone)
}

/** What is left of a budget; `forget` may have deleted every attempt that leads to it, so a person's is found by its day. */
function leftover(
  { now }: ProxyContext,
  owner: Owner,
  hash: string,
  record: BudgetRecord,
  attempts: string[],
): Change {
  const change = budgetChange(owner, hash, record, { ...record.data, attempts })
  if (owner === 'email' || attempts.length === 0) return change
  // Never a day that `purge` has done with.
  const end = Math.max(now(), ...attempts.map((id) => beganAt(id) + LIMITS.person.windowMs))
  return { ...change, indexes: { ends: dayOf(end) } }
}

function isOneOf(attempts: readonly Owned[]): (id: string) => boolean {
  const ids = new Set(attempts.map(({ id }) => id))
  return (id) => ids.has(id)
}

async function withoutAttempts(
  context: ProxyContext,
  owner: Owner,
  hashes: readonly string[],
  isGone: (id: string) => boolean,
): Promise<Change[]> {
  const budgets = await readFamilies(context, owner, hashes)
  return budgets.flatMap(({ hash, record }) => {
    const left = record.data.attempts.filter((id) => !isGone(id))
    const { length } = record.data.attempts
    return left.length < length ? [leftover(context, owner, hash, record, left)] : []
  })
}

/** The budgets of these names, and of the others that their owners have. */
async function readFamilies(
  context: ProxyContext,
  owner: Owner,
  hashes: readonly string[],
): Promise<{ hash: string; record: BudgetRecord }[]> {
  const named = [...new Set(hashes)]
  const records = await readBudgets(context, owner, named)
  const others = new Set(records.flatMap((record) => record?.data.others ?? []))
  for (const hash of named) others.delete(hash)
  records.push(...(await readBudgets(context, owner, [...others])))
  return [...named, ...others].flatMap((hash, index) => {
    const record = records[index]
    return record ? [{ hash, record }] : []
  })
}

async function readSpent(
  context: ProxyContext,
  owner: Owner,
  { hashes, isTakenForNew }: Spending,
): Promise<{ records: (BudgetRecord | null)[]; named: string[] }> {
  const records = isTakenForNew ? [] : await readBudgets(context, owner, hashes)
  const named = [...new Set(records.flatMap((record) => record?.data.attempts ?? []))]
  return { records, named: named.sort((one, other) => beganAt(one) - beganAt(other)) }
}

function readBudgets(
  { storage }: ProxyContext,
  owner: Owner,
  hashes: readonly string[],
): Promise<(BudgetRecord | null)[]> {
  const read = (hash: string) => storage.get('budget', `${owner}/${hash}`)
  return Promise.all(hashes.map(read)) as Promise<(BudgetRecord | null)[]>
}

/**
 * Under each hash the same: so the count survives the end of a key, and while keys are changed instances that begin with
 * different ones meet in the commit.
 */
function budgetChanges(
  owner: Owner,
  hashes: readonly string[],
  records: readonly (BudgetRecord | null)[],
  attempts: string[],
): Change[] {
  const family = new Set([...hashes, ...records.flatMap((record) => record?.data.others ?? [])])
  return hashes.map((hash, index) => {
    const others = [...family].filter((other) => other !== hash)
    return budgetChange(owner, hash, records[index] ?? null, {
      attempts,
      ...(others.length > 0 && { others }),
    })
  })
}

function budgetChange(owner: Owner, hash: string, record: BudgetRecord | null, data: Budget): Change {
  const change = {
    kind: 'budget',
    id: `${owner}/${hash}`,
    expectedVersion: record?.version ?? null,
  } as const
  return { ...change, data: data.attempts.length > 0 ? data : null }
}
