import { AstraError } from '../core/errors.ts'
import type { TokenSet } from '../core/tokens.ts'
import { AccessTokenRefused } from './astra-api.ts'
import type { Person, User, UserIntent } from './astra-wire.ts'
import type { ProxyContext } from './context.ts'
import { readCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** The User whom tokens speak for, and what becomes of the customer's record with them. */
export interface VerifiedUser {
  user: User
  /** The phone of the User is not that of the intent: Astra has processed a change. */
  phoneChanged: boolean
  /** The intent that was compared; null where there was none. */
  intentId: string | null
}

/**
 * The User whom the tokens speak for, if it is this customer. Astra signs a person in to whatever profile the phone
 * belongs to, so the answer to one customer's return can be another customer's authorization.
 * @throws AstraError `identity_mismatch`, `astra_unavailable`
 */
export async function verifiedUser(
  context: ProxyContext,
  customerId: string,
  tokens: TokenSet,
): Promise<VerifiedUser> {
  const user = await readUserOf(context, tokens)
  const { data: customer } = await readCustomer(context.storage, customerId)
  const intent = customer.intent ? await context.astra.readUserIntent(customer.intent.id) : null
  if (!isSamePerson(customer, intent, user)) throw new AstraError('identity_mismatch')
  const phoneChanged = intent !== null && intent.phone !== user.phone
  return { user, phoneChanged, intentId: customer.intent?.id ?? null }
}

/**
 * The User for whom tokens speak that are not stored yet.
 * @throws AstraError `astra_unavailable`, `astra_unexpected`
 */
export async function readUserOf(context: ProxyContext, { accessToken }: TokenSet): Promise<User> {
  try {
    return await context.astra.readUser(accessToken)
  } catch (error) {
    if (error instanceof AccessTokenRefused) throw new AstraError('astra_unexpected', { cause: error })
    throw error
  }
}

/**
 * Whether a return that did not bring our `state` may be traded at all. Without intent and User there is nothing to
 * tell a stranger's code by, and whoever comes first is theirs for good.
 */
export async function isRecognisable({ storage }: ProxyContext, customerId: string): Promise<boolean> {
  const { intent, user } = (await readCustomer(storage, customerId)).data
  return intent !== null || user !== null
}

/** A business customer has no intent: their first User is the one that is theirs from then on. */
function isSamePerson(customer: Customer, intent: UserIntent | null, user: User): boolean {
  if (customer.user) return customer.user.id === user.id
  if (!intent) return customer.businessProfileId !== null
  if (intent.userId) return intent.userId === user.id
  return PERSON_FIELDS.every((field) => intent[field] !== '' && intent[field] === user[field])
}

const PERSON_FIELDS = ['phone', 'email', 'firstName', 'lastName'] as const satisfies (keyof Person)[]

/**
 * One User belongs to one customer, and so does an intent that a partner brings along.
 * @throws AstraError `identity_mismatch` when it is somebody else's already
 */
export async function ownership(
  context: Pick<ProxyContext, 'storage'>,
  userId: string,
  customerId: string,
): Promise<Change[]> {
  const owned = (await context.storage.get('user', userId)) as StoredRecord<{ customerId: string }> | null
  if (!owned)
    return [
      {
        kind: 'user',
        id: userId,
        expectedVersion: null,
        data: { customerId },
        indexes: { customer: customerId },
      },
    ]
  if (owned.data.customerId !== customerId) throw new AstraError('identity_mismatch')
  return []
}
