import type { OnboardingStep } from '../core/next-step.ts'
import type { ProxyContext } from './context.ts'
import { readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import type { CustomerChange } from './options.ts'

/**
 * Tells the partner that a customer's step or status is another one than last time. At least once: what was told is
 * written down afterwards, and a function that throws is called again with the next read.
 */
export async function announce(
  context: ProxyContext,
  customerId: string,
  customer: Customer,
  step: OnboardingStep,
): Promise<void> {
  const { onChange } = context.options
  const status = customer.user?.status ?? customer.intent?.status ?? null
  // Whether the person may go on while they wait is a matter of seconds, not a change.
  const announced = JSON.stringify([{ ...step, mayAuthorize: undefined }, status])
  if (!onChange || customer.announced === announced) return
  if (customer.announced === null && step.name === 'collect-profile') return
  if (await tell(context, { customerId, step, status }))
    await updateCustomer(context.storage, customerId, (current) => ({ ...current, announced }))
}

/** Tells the partner that a card was linked. False when it has to be told again. */
export async function announceCard(context: ProxyContext, customerId: string): Promise<boolean> {
  const { user } = (await readCustomer(context.storage, customerId)).data
  const step: OnboardingStep = { name: 'complete' }
  return tell(context, { customerId, step, status: user?.status ?? null, cardLinked: true })
}

async function tell(context: ProxyContext, change: CustomerChange): Promise<boolean> {
  try {
    await context.options.onChange?.(change)
    return true
  } catch (error) {
    const cause = error instanceof Error ? error.name : typeof error
    context.logger.error({ code: 'internal', cause }, '`onChange` has thrown; it is called again')
    return false
  }
}
