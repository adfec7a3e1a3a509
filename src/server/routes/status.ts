import { statusQuery } from '../../core/contract-schemas.ts'
import type { FormPolicy, LockedValues, StatusAnswer } from '../../core/contract.ts'
import { AstraError } from '../../core/errors.ts'
import { answerTagged } from '../answer.ts'
import type { ProxyContext, Route } from '../context.ts'
import { referenceOf } from '../customer.ts'
import { readOwnFlow, viewFlow } from '../flow.ts'
import { readOnboarding } from '../onboarding.ts'
import type { Onboarding } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { readQuery } from '../request.ts'

/** `GET status`: the next step, and the outcome of a flow. */
export const getStatus: Route = async (context, { request, url, identity, browser }) => {
  if (!identity) throw new AstraError('unauthenticated')
  const query = readQuery(url, statusQuery)
  const flow = query.flow ? await readOwnFlow(context, query.flow, browser) : null
  const onboarding = await readOnboarding(context, identity, query.goal ?? 'onboard')
  const answer = await statusAnswer(context, identity, onboarding)
  if (flow && flow.data.customerId === identity.id) answer.flow = viewFlow(flow, context.now())
  return answerTagged(request, answer)
}

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
