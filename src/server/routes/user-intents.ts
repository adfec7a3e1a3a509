import { userIntentBody } from '../../core/contract-schemas.ts'
import { AstraError } from '../../core/errors.ts'
import type { FieldErrors } from '../../core/errors.ts'
import type { FieldCode } from '../../core/field-codes.ts'
import { profileSchema } from '../../core/profile.ts'
import type { Profile } from '../../core/profile.ts'
import { answerJson } from '../answer.ts'
import { clientIp } from '../client-ip.ts'
import type { ProxyContext, Route } from '../context.ts'
import { isBeingCreated, updateCustomer } from '../customer.ts'
import type { Customer } from '../customer.ts'
import { randomToken } from '../encryption.ts'
import { isMetadata } from '../metadata.ts'
import { readOnboarding } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { readBody } from '../request.ts'
import { formPolicy, statusAnswer } from '../status-answer.ts'

/** `POST user-intents`: one live user intent per customer. The profile passes through and is forgotten. */
export const postUserIntents: Route = async (context, { request, platform, identity }) => {
  if (!identity) throw new AstraError('unauthenticated')
  const body = await readBody(request, userIntentBody)
  const profile = completeProfile(context, identity, body.profile)
  const ipAddress = clientIp(request, platform, {
    clientIp: context.options.clientIp,
    trustedHops: context.options.trustedHops ?? 0,
    environment: context.configuration.environment,
  })
  await createOnce(context, identity, profile, ipAddress)
  const onboarding = await readOnboardingOrPending(context, identity)
  return answerJson(await statusAnswer(context, identity, onboarding), { status: 201 })
}

/** @throws AstraError `profile_invalid` with a code per field; the values stay out of it */
function completeProfile(context: ProxyContext, identity: Identity, input: unknown): Profile {
  const parsed = profileSchema(formPolicy(context, identity), context.now()).safeParse(input)
  if (!parsed.success) {
    const fields: FieldErrors = {}
    for (const issue of parsed.error.issues) {
      const [field] = issue.path
      // A member nobody knows has no path; its name came from outside and is not repeated.
      if (typeof field !== 'string') throw new AstraError('body_malformed')
      fields[field] ??= issue.message as FieldCode
    }
    throw new AstraError('profile_invalid', { fields })
  }
  return {
    ...parsed.data,
    ...(identity.email && { email: identity.email }),
    ...(identity.phone && { phone: identity.phone }),
  }
}

/**
 * Astra has no idempotency key and allows three intents per e-mail: the attempt is stored before the call, and a call
 * without an answer is never repeated unless the person asks for it.
 * @throws AstraError `intent_exists`, `intent_outcome_unknown`, or the refusal
 */
async function createOnce(context: ProxyContext, identity: Identity, profile: Profile, ipAddress: string) {
  const attempt = randomToken(context.random, 16)
  // The partner's function may throw; then nothing has begun yet.
  const metadata = { ...context.options.metadata?.(identity), astra_onboarding_attempt: attempt }
  if (!isMetadata(metadata)) throw new AstraError('metadata_invalid')
  await updateCustomer(context.storage, identity.id, (customer) => {
    if (customer.intent || isBeingCreated(customer, context.now())) throw new AstraError('intent_exists')
    return { ...customer, attempt: { id: attempt, state: 'sent', at: context.now() } }
  })
  const settle = (change: Partial<Customer>) =>
    updateCustomer(context.storage, identity.id, (customer) =>
      customer.attempt?.id === attempt ? { ...customer, ...change } : null,
    )

  const outcome = await context.astra.createUserIntent({
    profile,
    ipAddress,
    kycType: context.policy.kycType,
    metadata,
  })
  switch (outcome.kind) {
    case 'created': {
      const createdAt = context.now()
      const intent = { id: outcome.id, userId: null, status: 'pending' as const, createdAt, readAt: 0 }
      await settle({ attempt: null, intent })
      return
    }
    case 'not-sent':
      await settle({ attempt: null })
      throw new AstraError('astra_unavailable', { cause: outcome.cause })
    case 'refused':
      await settle({ attempt: null })
      throw outcome.error
    case 'unknown':
      await settle({ attempt: { id: attempt, state: 'unknown', at: context.now() } })
      throw new AstraError('intent_outcome_unknown', { cause: outcome.cause, requestId: outcome.requestId })
  }
}

/** The intent exists; if its status cannot be read now, it counts as pending until it can. */
async function readOnboardingOrPending(context: ProxyContext, identity: Identity) {
  try {
    return await readOnboarding(context, identity, 'onboard')
  } catch (error) {
    context.logger.warn(
      { code: (error as AstraError).code },
      'the status of a new user intent could not be read',
    )
    const customer = await updateCustomer(context.storage, identity.id, () => null)
    return { customer, step: { name: 'wait', mayAuthorize: false } as const }
  }
}
