import { AstraError } from '../core/errors.ts'
import type { TokenSet } from '../core/tokens.ts'
import { AccessTokenRefused, UnknownToAstra } from './astra-api.ts'
import type { Person, User, UserIntent } from './astra-wire.ts'
import type { AttemptRecord } from './attempt.ts'
import type { ProxyContext } from './context.ts'
import { readCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** The User whom tokens speak for, and what becomes of the customer's record with them. */
export interface VerifiedUser {
  user: User
  /** The phone of the User is not that of the intent: Astra has processed a change. */
  phoneChanged: boolean
  /** The customer's intent when the User was compared; null where there was none. */
  intentId: string | null
  /** An earlier intent of theirs with its attempt, when that is the one they have signed in with; else null. */
  earlier: { attempt: AttemptRecord; intent: UserIntent } | null
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
  const isSaid = customer.user !== null || intent?.userId === user.id
  const earlier = isSaid ? null : await earlierIntent(context, customerId, user)
  if (!earlier && !isSamePerson(customer, intent, user)) throw new AstraError('identity_mismatch')
  const became = earlier?.intent ?? intent
  return {
    user,
    phoneChanged: became !== null && became.phone !== user.phone,
    intentId: customer.intent?.id ?? null,
    earlier,
  }
}

/**
 * The intent that has become this User although a correction had replaced it: the window to Astra may have been open
 * while the person corrected their details. It is the customer's as much as the later one, and without it nobody would
 * ever get them in: their phone now leads to that User. Only Astra's own word counts here, not that details are equal.
 */
async function earlierIntent(context: ProxyContext, customerId: string, user: User) {
  const attempts = (await context.storage.find('attempt', 'customer', customerId)) as AttemptRecord[]
  const replaced = attempts
    .flatMap((attempt) => {
      const { state, intentId } = attempt.data
      return state === 'superseded' && intentId !== null ? [{ attempt, intentId }] : []
    })
    .sort((a, b) => b.attempt.data.at - a.attempt.data.at)
    .slice(0, EARLIER_INTENTS)
  // All at once: the lease has time for one more call.
  const read = await Promise.all(
    replaced.map(async ({ attempt, intentId }) => {
      const intent = await context.astra.readUserIntent(intentId).catch(nullIfUnknown)
      return intent && { attempt, intent }
    }),
  )
  return read.find((one) => one?.intent.userId === user.id) ?? null
}

/** As many as Astra allows for one e-mail address. */
const EARLIER_INTENTS = 3

function nullIfUnknown(error: unknown): null {
  if (error instanceof UnknownToAstra) return null
  throw error
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
