import { userIntentBody } from '../../core/contract-schemas.ts'
import { AstraError } from '../../core/errors.ts'
import type { FieldErrors } from '../../core/errors.ts'
import type { FieldCode, Verdict } from '../../core/field-codes.ts'
import { normalizeEmail } from '../../core/fields.ts'
import type { Goal } from '../../core/next-step.ts'
import { normalizePhone } from '../../core/phone.ts'
import type { Profile } from '../../core/profile.ts'
import { answerJson } from '../answer.ts'
import { clientIp } from '../client-ip.ts'
import type { ProxyContext, Route } from '../context.ts'
import { createOnce } from '../creation.ts'
import { readCustomer } from '../customer.ts'
import type { ClaimedIntent } from '../customer.ts'
import { readClaimedIntent, readOwnOnboarding } from '../onboarding.ts'
import type { Identity } from '../options.ts'
import { readBody } from '../request.ts'
import { lockedFields, statusAnswer } from '../status-answer.ts'

/** `POST user-intents`: one live user intent per customer. The profile passes through and is forgotten. */
export const postUserIntents: Route = async (context, incoming) => {
  const { request, platform, identity } = incoming
  if (!identity) throw new AstraError('unauthenticated')
  if (identity.businessProfileId) throw new AstraError('business_has_no_profile')
  const body = await readBody(incoming, userIntentBody)
  const profile = completeProfile(context, identity, body.profile)
  const ipAddress = clientIp(request, platform, {
    clientIp: context.options.clientIp,
    trustedHops: context.options.trustedHops ?? 0,
    environment: context.configuration.environment,
  })
  const replace = body.replace ?? false
  // In another tab the person may have signed in with the old intent since it was read last.
  if (replace) await readOwnOnboarding(context, identity, 'onboard')
  const claimed = await createOnce(context, identity, { profile, ipAddress, replace })
  const onboarding = await readOnboardingOrPending(context, identity, claimed, body.goal ?? 'onboard')
  return answerJson(await statusAnswer(context, identity, onboarding), { status: 201 })
}

/** @throws AstraError `profile_invalid` with a code per field; the values stay out of it */
function completeProfile(context: ProxyContext, identity: Identity, input: unknown): Profile {
  const parsed = context.profileSchema(lockedFields(identity)).safeParse(input)
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
    ...(identity.email && { email: locked('email', normalizeEmail(identity.email)) }),
    ...(identity.phone && { phone: locked('phone', normalizePhone(identity.phone)) }),
  }
}

/** Nothing invalid may cost one of the attempts at Astra, and the person cannot correct what is locked. */
function locked(field: 'email' | 'phone', verdict: Verdict): string {
  if ('value' in verdict) return verdict.value
  throw new AstraError('configuration_invalid', {
    message: `\`identify\` answered ${field === 'email' ? 'an e-mail address' : 'a phone number'} that Astra would refuse (${verdict.code}). Leave \`${field}\` out, and the form asks for it.`,
  })
}

/** The intent exists; if its status cannot be read now, it counts as pending until it can. */
async function readOnboardingOrPending(
  context: ProxyContext,
  identity: Identity,
  claimed: ClaimedIntent | null,
  goal: Goal,
) {
  try {
    if (claimed) await readClaimedIntent(context, identity.id, claimed)
    return await readOwnOnboarding(context, identity, goal)
  } catch (error) {
    context.logger.warn(
      { code: (error as AstraError).code },
      'the status of a new user intent could not be read',
    )
    const { data: customer } = await readCustomer(context.storage, identity.id)
    return { customer, step: { name: 'wait', mayAuthorize: false } as const }
  }
}
