import { AstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { OnboardingStep } from '../core/next-step.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import { isToBeTold } from './announcement.ts'
import type { AttemptRecord } from './attempt.ts'
import { UnknownToAstra } from './astra-api.ts'
import { forgetAttempts } from './budget.ts'
import type { ProxyContext } from './context.ts'
import { customerChange, readCustomer, referenceOf, updateCustomer } from './customer.ts'
import { grantFailed } from './grant.ts'
import type { NoGrant } from './grant.ts'
import { ownership, readUserOf } from './identity-check.ts'
import { readOnboarding } from './onboarding.ts'
import type { Change } from './storage/storage.ts'
import { untilWritten } from './tries.ts'

/** What the partner's backend may know of a customer, for its own pages and for support. */
export interface CustomerStatus {
  step: OnboardingStep
  /** The short id that the widget shows. */
  reference: string
  userIntentId: string | null
  userIntentStatus: UserIntentStatus | null
  userId: string | null
  userStatus: UserStatus | null
  /** Whether an access token can be had now. */
  authorized: boolean
  /**
   * Returns from `authorize` without a code since the last success. The third stops the customer (`could-not-finish`);
   * `proxy.allowAnotherTry` puts them back to zero.
   */
  fruitlessReturns: number
}

/** What is known of a customer who was onboarded before this package was there. */
export interface ImportedCustomer {
  userIntentId?: string | undefined
  userId?: string | undefined
  /** A refresh token that still works. It is used at once: Astra gives a new one. */
  refreshToken?: string | undefined
}

export async function customerStatus(context: ProxyContext, customerId: string): Promise<CustomerStatus> {
  const { customer, step } = await readOnboarding(context, customerId, 'onboard')
  return {
    // A step of the table is everybody's; this one is the partner's.
    step: { ...step },
    reference: referenceOf(customerId),
    userIntentId: customer.intent?.id ?? null,
    userIntentStatus: customer.intent?.status ?? null,
    userId: customer.user?.id ?? customer.intent?.userId ?? null,
    userStatus: customer.user?.status ?? null,
    authorized: customer.tokens !== null,
    fruitlessReturns: customer.fruitlessReturns,
  }
}

/**
 * @throws AstraError `customer_exists`, `customer_import_refused`, `identity_mismatch`, `astra_unavailable`,
 * `astra_refused_client`
 */
export async function importCustomer(
  context: ProxyContext,
  customerId: string,
  { userIntentId, userId, refreshToken }: ImportedCustomer = {},
): Promise<void> {
  const current = await readCustomer(context.storage, customerId)
  if (current.version !== null) throw new AstraError('customer_exists')
  if (!userIntentId && !userId && !refreshToken) throw new AstraError('customer_import_refused')
  const [owner] = userIntentId ? await context.storage.find('customer', 'intent', userIntentId) : []
  if (owner) throw new AstraError('identity_mismatch')
  const now = context.now()
  const intent = userIntentId
    ? await known('`userIntentId`', () => context.astra.readUserIntent(userIntentId))
    : null
  if (intent?.userId && userId && intent.userId !== userId) throw new AstraError('identity_mismatch')

  const granted = refreshToken ? await context.astra.refresh(refreshToken) : null
  if (granted && granted.kind !== 'granted') throw grantFailed(granted, REFUSALS[granted.kind])
  const user = granted
    ? await known('the User of `refreshToken`', () => readUserOf(context, granted.tokens))
    : null
  const expected = userId ?? intent?.userId
  if (user && expected && user.id !== expected) throw new AstraError('identity_mismatch')

  const owned = user?.id ?? expected
  const data = {
    ...current.data,
    intent: intent && {
      id: intent.id,
      userId: intent.userId,
      status: intent.status,
      createdAt: now,
      readAt: now,
      attemptId: null,
      attemptsLeft: 0,
    },
    user: user
      ? {
          id: user.id,
          status: user.status,
          readAt: now,
          phoneHash: (await context.keyedHash(`phone/${user.phone}`))[0],
        }
      : userId
        ? { id: userId, status: null, readAt: now, phoneHash: '' }
        : null,
    phoneChanged: user !== null && intent !== null && user.phone !== intent.phone,
    tokens: granted && (await context.tokens.seal(customerId, granted.tokens)),
  }
  const changes: Change[] = [
    customerChange(current, data),
    ...(owned ? await ownership(context, owned, customerId) : []),
    // Nobody may have a User yet, and two imports may run at once.
    ...(intent ? await ownership(context, `intent/${intent.id}`, customerId) : []),
  ]
  if (!(await context.storage.commit(changes))) {
    const isKnown = (await readCustomer(context.storage, customerId)).version !== null
    throw new AstraError(isKnown ? 'customer_exists' : 'identity_mismatch')
  }
  context.audit({ event: 'customer.import', customer: customerId, outcome: 'imported' })
}

const REFUSALS = {
  dead: 'customer_import_refused',
  'refused-request': 'customer_import_refused',
  'refused-client': 'astra_refused_client',
  unavailable: 'astra_unavailable',
} as const satisfies Record<NoGrant['kind'], AstraErrorCode>

async function known<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof UnknownToAstra)) throw error
    const message = `proxy.import: Astra does not know ${what}. Is it of this client and environment? Nothing was stored.`
    throw new AstraError('customer_import_refused', { message, requestId: error.requestId })
  }
}

/**
 * The counts of e-mail address and person stay: they are keyed hashes, and Astra counts on too. Attempts without an intent
 * are given back: nobody would know any more that they lapse, and whoever is forgotten in an outage would be locked out.
 */
export async function forgetCustomer(context: ProxyContext, customerId: string): Promise<void> {
  const outcome = await untilWritten(context, async () => {
    const changes = await everythingOf(context, customerId)
    if (changes.length === 0) return 'not-known'
    return (await context.storage.commit(changes)) ? 'forgotten' : null
  })
  context.audit({ event: 'customer.forget', customer: customerId, outcome })
}

async function everythingOf(context: ProxyContext, customerId: string): Promise<Change[]> {
  // First: whatever is written for the customer after it makes the commit fail, and before it is found.
  const customer = await context.storage.get('customer', customerId)
  const [flows = [], attempts = [], users = []] = await Promise.all(
    (['flow', 'attempt', 'user'] as const).map((kind) => context.storage.find(kind, 'customer', customerId)),
  )
  const gone = [...(customer ? [customer] : []), ...flows, ...attempts, ...users]
  if (gone.length === 0) return []
  return [
    // Whoever was not there must not have come meanwhile.
    ...(customer ? [] : [{ kind: 'customer', id: customerId, expectedVersion: null, data: null } as const]),
    ...gone.map(({ kind, id, version }) => ({ kind, id, expectedVersion: version, data: null })),
    ...(await forgetAttempts(context, attempts as AttemptRecord[])),
  ]
}

/** Astra has processed a change of the phone: the intent no longer leads to the person. */
export async function markPhoneChanged(context: ProxyContext, customerId: string): Promise<void> {
  await updateCustomer(context, customerId, (customer, version) =>
    // Nobody whom this proxy knows: a record made here would be in the way of an import.
    version === null ? null : { ...customer, phoneChanged: true },
  )
}

/** After three returns from `authorize` without a code: support has looked, and the person may go there again. */
export async function allowAnotherTry(context: ProxyContext, customerId: string): Promise<void> {
  let isNeeded = false
  await updateCustomer(context, customerId, (customer) => {
    isNeeded = customer.fruitlessReturns > 0
    return isNeeded ? { ...customer, fruitlessReturns: 0, isUntold: isToBeTold(context, customer) } : null
  })
  const outcome = isNeeded ? 'allowed' : 'not-needed'
  context.audit({ event: 'customer.retry', customer: customerId, outcome })
}
