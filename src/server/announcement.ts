import type { OnboardingStep } from '../core/next-step.ts'
import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { readCustomer, statusOf, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { causeOf } from './failure-log.ts'
import type { CustomerChange } from './options.ts'
import { within } from './time-limit.ts'

/** How long a status read or `maintain` waits for the partner's function. */
const PATIENCE_MS = 3_000
/** While another call of it has not come back either, so that a hundred customers do not wait a hundred times. */
const SHORT_PATIENCE_MS = 250
/** A call that has not come back after this long is made again. */
const GIVEN_UP_AFTER_MS = 60_000

/**
 * Tells the partner that a customer's step or status is another one than last time. At least once: what was told is
 * written down afterwards; when the function throws, or does not come to an end, it is called again with the next read,
 * or by `maintain` if nobody reads.
 */
export async function announce(
  context: ProxyContext,
  customerId: string,
  customer: Customer,
  step: OnboardingStep,
): Promise<void> {
  const { onChange } = context.options
  if (!onChange) return markTold(context, customerId, customer)
  const status = statusOf(customer)
  // Whether the person may go on while they wait is a matter of seconds, not a change.
  const announced = JSON.stringify([{ ...step, mayAuthorize: undefined }, status])
  const isBeginning = customer.announced === null && step.name === 'collect-profile'
  if (customer.announced === announced || isBeginning)
    return isPassing(customer, step) ? undefined : markTold(context, customerId, customer)
  const { announcing } = context
  const key = `step/${customerId}`
  const running = announcing.get(key)
  if (running && isWithin(GIVEN_UP_AFTER_MS, running.since, context.now())) {
    // Somebody still waits for that call, or else nobody would come back to it.
    const isAwaited = running.announced === announced && isWithin(PATIENCE_MS, running.since, context.now())
    return isAwaited ? undefined : markUntold(context, customerId)
  }
  const told = await awaited(context, { key, announced, customerId }, () =>
    tell(context, customerId, customer, { announced, isPassing: isPassing(customer, step) }, async () =>
      // A step of the table is everybody's; this one is the partner's.
      onChange({ customerId, step: { ...step }, status }),
    ),
  )
  if (!told) await markUntold(context, customerId)
}

/** A wait for a webhook that may still bring the intent: it ends by time alone, and nobody may be there to see it. */
function isPassing({ intent, attempt }: Customer, step: OnboardingStep): boolean {
  return step.name === 'wait' && intent === null && attempt !== null
}

/**
 * Tells the partner that a card was linked.
 * @param keep writes down that they have heard of it; also when nobody waits for it any more
 * @returns what `keep` has answered; false when it has to be told again
 */
export async function announceCard(
  context: ProxyContext,
  customerId: string,
  keep: () => Promise<boolean>,
): Promise<boolean> {
  const { announcing } = context
  const key = `card/${customerId}`
  const running = announcing.get(key)
  if (running && isWithin(GIVEN_UP_AFTER_MS, running.since, context.now())) return false
  const { user } = (await readCustomer(context.storage, customerId)).data
  const step: OnboardingStep = { name: 'complete' }
  const change: CustomerChange = { customerId, step, status: user?.status ?? null, cardLinked: true }
  const told = await awaited(context, { key, announced: key, customerId }, async () => {
    try {
      await context.options.onChange?.(change)
    } catch (error) {
      reportThrown(context, customerId, error)
      return { isKept: false }
    }
    return { isKept: await keep() }
  })
  return told !== null && told.isKept
}

/** What a call of the partner's function comes to, and what follows it; null when it has not come to an end in time. */
async function awaited<T>(
  context: ProxyContext,
  { key, announced, customerId }: { key: string; announced: string; customerId: string },
  call: () => Promise<T>,
): Promise<T | null> {
  const { announcing } = context
  const isHanging = [...announcing.values()].some(
    ({ isOverdue, since }) => isOverdue && isWithin(GIVEN_UP_AFTER_MS, since, context.now()),
  )
  const own = { announced, since: context.now(), isOverdue: false }
  announcing.set(key, own)
  // A failure counts for whoever still waits, and for nobody else.
  const settled = call().finally(() => {
    if (announcing.get(key) === own) announcing.delete(key)
  })
  const answer = await within(isHanging ? SHORT_PATIENCE_MS : PATIENCE_MS, settled, () => null)
  if (answer !== null) return answer
  own.isOverdue = true
  const fields = { code: 'internal', customer: customerId, cause: 'TimeoutError' }
  context.logger.error(fields, '`onChange` has not come to an end; it is called again later')
  return null
}

function reportThrown(context: ProxyContext, customer: string, error: unknown): void {
  const fields = { code: 'internal', customer, cause: causeOf(error) }
  context.logger.error(fields, '`onChange` has thrown; it is called again')
}

/** Calls the partner's function and writes down that it was told; also when nobody waits for it any more. */
async function tell(
  context: ProxyContext,
  customerId: string,
  customer: Customer,
  { announced, isPassing }: { announced: string; isPassing: boolean },
  call: () => Promise<void>,
): Promise<true> {
  try {
    await call()
  } catch (error) {
    reportThrown(context, customerId, error)
    await markUntold(context, customerId)
    return true
  }
  await updateCustomer(context, customerId, (current, version) => {
    // Who was forgotten meanwhile, perhaps by that very function, stays forgotten.
    if (version === null) return null
    const isOvertaken = current.announced !== customer.announced && current.announced !== announced
    if (isOvertaken) return { ...current, announced: OUT_OF_ORDER, isUntold: true }
    return { ...current, announced, isUntold: isPassing || (current.isUntold && !isSame(current, customer)) }
  })
  return true
}

/** Nobody knows which of two calls the partner heard last: whatever is so now is told once more. */
const OUT_OF_ORDER = ''

/** The mark of a customer for whom something has changed while nobody may be looking. */
export function isToBeTold({ options }: ProxyContext, { isUntold }: Customer): boolean {
  return isUntold || options.onChange !== undefined
}

/** `maintain` looks at whoever is marked, though nobody may come to see. */
async function markUntold(context: ProxyContext, customerId: string): Promise<void> {
  await updateCustomer(context, customerId, (customer, version) =>
    customer.isUntold || version === null ? null : { ...customer, isUntold: true },
  )
}

/** There was nothing to tell, or it was told. What has changed meanwhile keeps its mark. */
async function markTold(context: ProxyContext, customerId: string, told: Customer): Promise<void> {
  if (!told.isUntold) return
  await updateCustomer(context, customerId, (customer) =>
    isSame(customer, told) ? { ...customer, isUntold: false } : null,
  )
}

function isSame(left: Customer, right: Customer): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
