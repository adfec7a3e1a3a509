import type { OnboardingStep } from '../core/next-step.ts'
import type { ProxyContext } from './context.ts'
import { updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'

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
  if (!onChange) return
  const status = customer.user?.status ?? customer.intent?.status ?? null
  // Whether the person may go on while they wait is a matter of seconds, not a change.
  const announced = JSON.stringify([{ ...step, mayAuthorize: undefined }, status])
  if (customer.announced === announced) return
  if (customer.announced === null && step.name === 'collect-profile') return
  try {
    await onChange({ customerId, step, status })
  } catch (error) {
    const cause = error instanceof Error ? error.name : typeof error
    context.logger.error({ code: 'internal', cause }, '`onChange` has thrown; it is called again')
    return
  }
  await updateCustomer(context.storage, customerId, (current) => ({ ...current, announced }))
}
