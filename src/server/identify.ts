import { AstraError } from '../core/errors.ts'
import type { Verdict } from '../core/field-codes.ts'
import { normalizeEmail } from '../core/fields.ts'
import { normalizePhone } from '../core/phone.ts'
import type { ProxyContext, RouteRequest, UsableIdentity } from './context.ts'
import { failureLine } from './failure-log.ts'
import type { Identity } from './options.ts'
import { isPromise, thrownBy } from './partner-functions.ts'
import { within } from './time-limit.ts'

/** What is asked of the partner: whose request this is. */
type Asked = Pick<RouteRequest, 'request' | 'route'>

/**
 * Who is signed in.
 * @throws AstraError `unauthenticated` for nobody; `internal` when `identify` throws, `configuration_invalid` when it
 * answers something else than an identity
 */
export async function requireIdentity(context: ProxyContext, asked: Asked): Promise<UsableIdentity> {
  const identity = await identify(context, asked)
  if (!identity) throw new AstraError('unauthenticated')
  return identity
}

/**
 * Who is signed in, where flow and cookie prove enough. On the way to Astra and back the browser brings none of the
 * widget's headers; an `identify` that throws without its token must not keep the person from the module.
 */
export async function identifyIfAble(context: ProxyContext, asked: Asked): Promise<Identity | null> {
  try {
    return await identify(context, asked)
  } catch (error) {
    context.logger.warn(...failureLine(asked.route, error, 'nobody counts as signed in'))
    return null
  }
}

async function identify(context: ProxyContext, { request, route }: Asked): Promise<UsableIdentity | null> {
  const identity = await ask(context, request)
  if (!identity) return null
  if (typeof identity.id !== 'string' || identity.id === '') {
    throw new AstraError('configuration_invalid', {
      message:
        '`identify` must return { id: string } of the signed-in customer, or null for nobody; what it returned has no `id` that is a text.',
    })
  }
  return usable(context, route, identity)
}

async function ask(context: ProxyContext, request: Request): Promise<Identity | null> {
  try {
    const answer = context.options.identify(request)
    return isPromise(answer) ? await within(IDENTIFY_LIMIT_MS, Promise.resolve(answer), standsStill) : answer
  } catch (cause) {
    throw thrownBy('identify', cause, ' Where nobody is signed in it must answer null.')
  }
}

/** A store of sessions that hangs must not hang everybody who asks, without a word in the log. */
const IDENTIFY_LIMIT_MS = 10_000

function standsStill(): never {
  throw new AstraError('internal', {
    message: '`identify` has not answered within ten seconds. Give what it asks a time limit of its own.',
  })
}

const LOCKABLE = {
  email: { normalize: normalizeEmail, noText: 'email.format', name: 'an e-mail address' },
  phone: { normalize: normalizePhone, noText: 'phone.characters', name: 'a phone' },
} as const

/** Nobody signed in before 1973; what is smaller are seconds. */
const EARLIEST_MS = 1e11
const NO_INSTANT =
  '`identify` gave a `lastAuthenticatedAt` that is not in ms since the epoch: it counts as not given, and Astra asks for an SMS code'

/** E-mail and phone in the form that Astra takes. What it would refuse must not be locked: nobody could correct it. */
function usable(context: ProxyContext, route: string, identity: Identity): UsableIdentity {
  const { id, businessProfileId, lastAuthenticatedAt } = identity
  // Anything else would skip the form and take the first User that comes for theirs.
  if (!isTextOrNone(businessProfileId)) {
    throw new AstraError('configuration_invalid', {
      message:
        '`identify` must return the id of a business profile as `businessProfileId`, or leave it out; what it returned is no text.',
    })
  }
  const take = (field: keyof typeof LOCKABLE): string | undefined => {
    const given: unknown = identity[field]
    if (given === undefined || given === null || given === '') return undefined
    const { normalize, noText, name } = LOCKABLE[field]
    const verdict: Verdict = typeof given === 'string' ? normalize(given) : { code: noText }
    if ('value' in verdict) return verdict.value
    const what = `\`identify\` gave ${name} that Astra would refuse: it counts as not given, and the form asks for it`
    warnOnce(context, { route, customer: id, code: verdict.code }, what)
    return undefined
  }
  const isInstant = typeof lastAuthenticatedAt === 'number' && lastAuthenticatedAt > EARLIEST_MS
  if (!isInstant && (lastAuthenticatedAt ?? null) !== null)
    warnOnce(context, { route, customer: id, code: 'internal' }, NO_INSTANT)
  return {
    id,
    // Empty, as a row without one may be, is none.
    businessProfileId: businessProfileId || undefined,
    lastAuthenticatedAt: isInstant ? lastAuthenticatedAt : undefined,
    email: take('email'),
    phone: take('phone'),
    answered: identity,
  }
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

const MOST_REMEMBERED = 1_000

/** A status is read every few seconds; the log hears of a decision once from each process. */
function warnOnce(
  { warnedIdentities, logger }: ProxyContext,
  fields: { route: string; customer: string; code: string },
  what: string,
): void {
  const decision = `${fields.code}/${fields.customer}`
  if (warnedIdentities.has(decision)) return
  if (warnedIdentities.size >= MOST_REMEMBERED) warnedIdentities.clear()
  warnedIdentities.add(decision)
  logger.warn(fields, what)
}
