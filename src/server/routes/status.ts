import { statusQuery } from '../../core/contract-schemas.ts'
import { AstraError } from '../../core/errors.ts'
import { answerTagged } from '../answer.ts'
import type { Route } from '../context.ts'
import { readOwnFlow, viewFlow } from '../flow.ts'
import { readOwnOnboarding } from '../onboarding.ts'
import { readQuery } from '../request.ts'
import { statusAnswer } from '../status-answer.ts'

/** `GET status`: the next step, and the outcome of a flow. */
export const getStatus: Route = async (context, { request, url, identity, browser }) => {
  if (!identity) throw new AstraError('unauthenticated')
  const query = readQuery(url, statusQuery)
  const onboarding = await readOwnOnboarding(context, identity, query.goal ?? 'onboard')
  // After the onboarding: reading that may bring a flow to its end.
  const flow = query.flow ? await readOwnFlow(context, query.flow, browser) : null
  const answer = await statusAnswer(context, identity, onboarding)
  if (flow && flow.data.customerId === identity.id) answer.flow = viewFlow(flow, context.now())
  return answerTagged(request, answer)
}
