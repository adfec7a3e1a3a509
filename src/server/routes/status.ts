import { statusQuery } from '../../core/contract-schemas.ts'
import { AstraError } from '../../core/errors.ts'
import { answerTagged } from '../answer.ts'
import type { Route } from '../context.ts'
import { readOwnFlow, viewFlow } from '../flow.ts'
import { readOnboarding } from '../onboarding.ts'
import { readQuery } from '../request.ts'
import { statusAnswer } from '../status-answer.ts'

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
