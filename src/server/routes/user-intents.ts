import { userIntentBody } from '../../core/contract-schemas.ts'
import { AstraError } from '../../core/errors.ts'
import { judgeInput } from '../../core/profile-input.ts'
import type { Profile } from '../../core/profile.ts'
import { answerJson } from '../answer.ts'
import { clientIp } from '../client-ip.ts'
import type { CustomerRoute, ProxyContext } from '../context.ts'
import { createOnce } from '../creation.ts'
import { decide, readBeforeReplacing } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { readBody } from '../request.ts'
import { lockedFields, statusAnswer } from '../status-answer.ts'

/**
 * `POST user-intents`: one live user intent per customer. The profile passes through and is forgotten. Answers "wait":
 * what Astra thinks of the intent is asked by the next `GET status`, so that creating it has one outcome and not two.
 */
export const postUserIntents: CustomerRoute = async (context, incoming) => {
  const { request, platform, identity } = incoming
  if (identity.businessProfileId) throw new AstraError('business_has_no_profile')
  const body = await readBody(incoming, userIntentBody)
  const profile = completeProfile(context, identity, body.profile)
  const ipAddress = clientIp(request, platform, {
    clientIp: context.options.clientIp,
    trustedHops: context.options.trustedHops ?? 0,
    environment: context.configuration.environment,
  })
  const replace = body.replace ?? false
  if (replace) await readBeforeReplacing(context, identity)
  const customer = await createOnce(context, identity, { profile, ipAddress, replace })
  const onboarding = await decide(context, identity.id, customer, body.goal ?? 'onboard')
  return answerJson(statusAnswer(context, identity, onboarding), { status: 201 })
}

/**
 * @throws AstraError `profile_invalid` with a code per field, the values stay out of it; `body_malformed` for a member
 * that nobody knows, whose name came from outside and is not repeated
 */
function completeProfile(context: ProxyContext, identity: Identity, input: unknown): Profile {
  const policy = { ...context.policy, locked: lockedFields(identity) }
  const verdict = judgeInput(input, policy, context.now())
  if (verdict === null) throw new AstraError('body_malformed')
  if ('refused' in verdict) throw new AstraError('profile_invalid', { fields: verdict.refused })
  return {
    ...verdict.profile,
    ...(identity.email && { email: identity.email }),
    ...(identity.phone && { phone: identity.phone }),
  }
}
