import { isAstraError } from '../core/errors.ts'
import { closeAttempt } from './attempt-ending.ts'
import { settleCards } from './cards.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import type { Customer } from './customer.ts'
import { failureLine } from './failure-log.ts'
import { readOnboarding } from './onboarding.ts'
import { purge } from './purge.ts'
import type { StoredRecord } from './storage/storage.ts'
import { takeTurns } from './turns.ts'

/** What a call of `maintain` has done. */
export interface Maintenance {
  /** Creations whose answer did not come, and that now count as unknown. The next one of a customer closes them, too. */
  attemptsClosed: number
  /** Customers whom a webhook or a return had marked, read anew at Astra. */
  customersRead: number
  /** Authorizations whose refresh token was growing old. */
  tokensRenewed: number
  /** Authorizations that were sealed with an earlier key. */
  tokensResealed: number
  /**
   * Authorizations that Astra no longer accepts, found since the last call by this process, whatever it was doing. A few
   * are people's own doing; many at once are worth an alarm. The log has a warning for each.
   */
  authorizationsEnded: number
  /** Flows, webhook marks, counts of persons and what addresses were given back, when nobody needs them any more. */
  recordsPurged: number
  /** Customers and creations left for a later call, for example because Astra did not answer. The log says why. */
  failed: number
}

/**
 * So long a call begins with work of one kind. Each piece may hang for ten seconds, while others wait, or the platform that
 * has called ends the call. Who is left comes first in the next one.
 */
const BEGIN_MS = 20_000

/** Everything periodic. Safe to run at several instances at once, and as often as one likes. */
export async function maintain(context: ProxyContext): Promise<Maintenance> {
  const done: Maintenance = {
    attemptsClosed: 0,
    customersRead: 0,
    tokensRenewed: 0,
    tokensResealed: 0,
    authorizationsEnded: 0,
    recordsPurged: 0,
    failed: 0,
  }
  const turns = await takeTurns(context)
  const each = async (
    records: StoredRecord[],
    count: 'attemptsClosed' | 'customersRead' | 'tokensRenewed' | 'tokensResealed',
    work: (id: string, record: StoredRecord) => Promise<unknown>,
    { mayBegin = (): boolean => true } = {},
  ): Promise<StoredRecord[]> => {
    for (const [index, record] of records.entries()) {
      if (!mayBegin()) return records.slice(index)
      try {
        await work(record.id, record)
        done[count] += 1
      } catch (error) {
        // A dead authorization is a result like any other.
        if (isAstraError(error, 'reauthorization_required')) continue
        done.failed += 1
        report(context, record.id, error)
      }
    }
    return []
  }
  const forAWhile = () => {
    const begun = context.now()
    return { mayBegin: () => isWithin(BEGIN_MS, begun, context.now()) }
  }
  const renewal = (id: string, { data }: StoredRecord) =>
    renew(context, id, (data as Customer).tokens?.obtainedAt ?? 0)

  await each(turns.overdue, 'attemptsClosed', (id, { data }) => {
    const { attempt } = data as Customer
    return attempt ? closeAttempt(context, id, attempt.id, 'unknown') : Promise.resolve()
  })
  const urgent = await each(turns.urgent, 'tokensRenewed', renewal, forAWhile())
  // What the partner waits to hear comes first; other renewals have days.
  const unread = await each(turns.reads, 'customersRead', (id) => lookAgain(context, id), forAWhile())
  const unseen = await each(turns.cards, 'customersRead', (id) => settleCards(context, id), forAWhile())
  const others = await each(turns.tokens, 'tokensRenewed', renewal, forAWhile())
  const waiting = [...urgent, ...unread, ...unseen, ...others]
  if (waiting.length > 0) await turns.leave(waiting)
  done.recordsPurged = await purge(context)
  await each(turns.keys, 'tokensResealed', (id) => context.tokens.reseal(id))
  done.authorizationsEnded = context.tokens.countEnded()
  return done
}

/** The cards too, for the sake of a person who has closed the page; afterwards, for what fails there stays due. */
async function lookAgain(context: ProxyContext, customerId: string): Promise<void> {
  await readOnboarding(context, customerId, 'onboard')
  await settleCards(context, customerId)
}

function report(context: ProxyContext, customer: string, error: unknown): void {
  const what = 'maintenance has failed for a customer; a later call tries again'
  context.logger.error(...failureLine('maintain', error, what, customer))
}

/** When it turns out that the authorization is dead, the partner is told. */
async function renew(context: ProxyContext, customerId: string, obtainedAt: number): Promise<void> {
  try {
    await context.tokens.renew(customerId, obtainedAt)
  } catch (error) {
    if (isAstraError(error, 'reauthorization_required')) await readOnboarding(context, customerId, 'onboard')
    throw error
  }
}
