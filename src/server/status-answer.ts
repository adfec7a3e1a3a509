import type { FormPolicy, LockedValues, StatusAnswer } from '../core/contract.ts'
import type { ProxyContext } from './context.ts'
import { referenceOf } from './customer.ts'
import type { Onboarding } from './onboarding.ts'
import type { Identity } from './options.ts'

/** What the widget is told of a customer. No id of Astra's is in it. */
export async function statusAnswer(
  context: ProxyContext,
  identity: Identity,
  { customer, step }: Onboarding,
): Promise<StatusAnswer> {
  return {
    step,
    reference: await referenceOf(identity.id),
    creationUnknown: !customer.intent && customer.attempt !== null && step.name === 'collect-profile',
    ...(step.name === 'collect-profile' && { policy: formPolicy(context, identity) }),
  }
}

/** Which fields the form asks, and what `identify` has locked. */
export function formPolicy(context: ProxyContext, identity: Identity): FormPolicy {
  const locked = (['email', 'phone'] as const).filter((field) => identity[field])
  const lockedValues: LockedValues = {}
  if (identity.email) lockedValues.email = maskEmail(identity.email)
  if (identity.phone) lockedValues.phone = `••• ••• ${identity.phone.slice(-4)}`
  return { ...context.policy, locked, lockedValues }
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}•••${email.slice(at)}`
}
