import { statusQuery } from '../../core/contract-schemas.ts'
import { answerTagged } from '../answer.ts'
import type { CustomerRoute } from '../context.ts'
import { readOwnFlow, viewFlow } from '../flow.ts'
import { readOwnOnboarding } from '../onboarding.ts'
import { readQuery } from '../request.ts'
import { statusAnswer } from '../status-answer.ts'

/** `GET status`: the next step, and the outcome of a flow. */
export const getStatus: CustomerRoute = async (context, { request, search, identity, browser }) => {
  const query = readQuery(search, statusQuery)
  const { flow: flowId, goal = 'onboard' } = query
  const readFlow = async () => {
    const record = flowId ? await readOwnFlow(context, flowId, browser) : null
    return record?.data.customerId === identity.id ? record : null
  }
  const wanted = goal === 'link-card' ? await readFlow() : null
  const onboarding = await readOwnOnboarding(context, identity, goal, wanted)
  // After the onboarding: reading that may bring a flow to its end.
  const flow = await readFlow()
  const answer = statusAnswer(context, identity, onboarding)
  if (flow)
    answer.flow = { ...viewFlow(flow, context.now()), ...(wanted?.data.card && { card: onboarding.card }) }
  return answerTagged(request, answer)
}
