import { isToBeTold } from './announcement.ts'
import { attemptChange, readAttempt } from './attempt.ts'
import type { AttemptRecord } from './attempt.ts'
import { refund } from './budget.ts'
import type { ProxyContext } from './context.ts'
import { updateCustomer } from './customer.ts'
import { refundDay } from './limits.ts'
import type { Change } from './storage/storage.ts'

/** `unsent`: Astra has not taken it, so it is forgotten and given back to e-mail address, person and IP address. */
export type AttemptEnding = 'unknown' | 'refused' | 'unsent'

/** Writes down how an attempt ended. The count of the IP address is given back by whoever has counted it. */
export async function closeAttempt(
  context: ProxyContext,
  customerId: string,
  id: string,
  ending: AttemptEnding,
): Promise<void> {
  const known = await readAttempt(context, id)
  const isOpen = known !== null && mayEnd(known, ending)
  await updateCustomer(
    context,
    customerId,
    (customer, version) => {
      const current = customer.attempt?.id === id ? customer.attempt : null
      // Forgotten meanwhile, or ended already.
      if (version === null || (!current && !isOpen)) return null
      const at = known?.data.at ?? current?.at ?? 0
      const creations = ending === 'unsent' ? refundDay(customer, at) : customer.creations
      if (!current) return { ...customer, creations }
      const attempt = ending === 'unknown' ? { ...current, state: ending } : null
      // Whoever has waited for it may have gone.
      return {
        ...customer,
        creations,
        attempt,
        isUntold: isToBeTold(context, customer),
      }
    },
    () => attemptEnding(context, id, ending),
  )
}

/** The same of the attempt alone, as changes for a commit; none when it has ended already. */
export async function attemptEnding(
  context: ProxyContext,
  id: string,
  ending: AttemptEnding,
): Promise<Change[]> {
  const attempt = await readAttempt(context, id)
  if (!attempt || !mayEnd(attempt, ending)) return []
  if (ending !== 'unsent') return [attemptChange(id, attempt.version, { ...attempt.data, state: ending })]
  const gone: Change = { kind: 'attempt', id, expectedVersion: attempt.version, data: null }
  return [gone, ...(await refund(context, [attempt]))]
}

function mayEnd({ data: { state } }: AttemptRecord, ending: AttemptEnding): boolean {
  return state === 'sent' || (state === 'unknown' && ending !== 'unknown')
}
