import type { FormPolicy, LockedValues, StatusAnswer } from '../core/contract.ts'
import { mayBeReplaced } from './adoption.ts'
import type { ProxyContext } from './context.ts'
import { referenceOf } from './customer.ts'
import type { Customer } from './customer.ts'
import type { Onboarding } from './onboarding.ts'
import type { Identity } from './options.ts'

/** What the widget is told of a customer. No id of Astra's is in it. */
export function statusAnswer(
  context: ProxyContext,
  identity: Identity,
  { customer, step }: Pick<Onboarding, 'customer' | 'step'>,
): StatusAnswer {
  const mayCorrect = mayBeCorrected(customer)
  return {
    step,
    reference: referenceOf(identity.id),
    creationUnknown: !customer.intent && customer.attempt !== null && step.name === 'collect-profile',
    mayCorrect,
    ...((step.name === 'collect-profile' || mayCorrect) && { policy: formPolicy(context, identity) }),
  }
}

/** While nobody has signed in with the intent, and Astra takes another one for its e-mail address. */
function mayBeCorrected(customer: Customer): boolean {
  return mayBeReplaced(customer) && customer.intent !== null && customer.intent.attemptsLeft > 0
}

/** Which fields the form asks, and what `identify` has locked. */
export function formPolicy(context: ProxyContext, identity: Identity): FormPolicy {
  const locked = lockedFields(identity)
  const lockedValues: LockedValues = {}
  if (identity.email) lockedValues.email = maskEmail(identity.email)
  if (identity.phone) lockedValues.phone = `••• ••• ${identity.phone.slice(-4)}`
  return { ...context.policy, locked, lockedValues }
}

/** The fields that `identify` supplies. */
export function lockedFields(identity: Identity): ('email' | 'phone')[] {
  return (['email', 'phone'] as const).filter((field) => identity[field])
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}•••${email.slice(at)}`
}
