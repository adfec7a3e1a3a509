import type { CardStatus, UserIntentStatus, UserStatus } from '../core/status.ts'
import type { SimulatorContext } from './context.ts'
import { businessScenarioOf } from './scenarios.ts'
import { randomId } from './store.ts'
import type {
  SimulatedBusinessProfile,
  SimulatedCard,
  SimulatedIntent,
  SimulatedUser,
  SimulatedWebhook,
  TokenSubject,
} from './store.ts'
import { TEST_CARDS } from './test-cards.ts'
import type { TestCard } from './test-cards.ts'

/** Queues the news of a change; nothing when nobody subscribed. */
function announce(
  context: SimulatorContext,
  webhook_type: SimulatedWebhook['webhook_type'],
  { id, metadata }: SimulatedIntent | SimulatedUser,
  resourceId = id,
): void {
  if (!context.hasWebhooks) return
  const webhook: SimulatedWebhook = {
    webhook_type,
    webhook_id: crypto.randomUUID(),
    // Of a user intent this is the intent's own id, says Astra's page on user webhooks.
    user_id: id,
    resource_id: resourceId,
    ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
  }
  context.state.webhooks.push({ webhook, retries: 0, dueAt: context.now() })
}

export function addIntent(context: SimulatorContext, intent: SimulatedIntent): void {
  context.state.intents.push(intent)
  announce(context, 'user_intent_updated', intent)
}

function addUser(context: SimulatorContext, user: SimulatedUser): void {
  context.state.users.push(user)
  announce(context, 'user_updated', user)
}

export function setIntentStatus(
  context: SimulatorContext,
  intent: SimulatedIntent,
  status: UserIntentStatus,
): void {
  if (intent.status === status) return
  intent.status = status
  announce(context, 'user_intent_updated', intent)
}

export function setUserStatus(context: SimulatorContext, user: SimulatedUser, status: UserStatus): void {
  if (user.status === status) return
  user.status = status
  announce(context, 'user_updated', user)
}

export function addCard(
  context: SimulatorContext,
  user: SimulatedUser,
  card: Omit<SimulatedCard, 'id' | 'userId' | 'status' | 'pendingUntil' | 'created' | 'removed'>,
): void {
  const { initial, pending }: TestCard = TEST_CARDS[card.testCard]
  const id = randomId()
  context.state.cards.push({
    ...card,
    id,
    userId: user.id,
    status: initial,
    pendingUntil: pending ? context.now() + pending.seconds * 1000 : null,
    created: new Date(context.now()).toISOString(),
    removed: null,
  })
  announce(context, 'card_updated', user, id)
}

export function setCardStatus(context: SimulatorContext, card: SimulatedCard, status: CardStatus): void {
  if (card.status === status) return
  card.status = status
  card.removed = status === 'removed' ? new Date(context.now()).toISOString() : null
  const user = context.state.users.find(({ id }) => id === card.userId)
  if (user) announce(context, 'card_updated', user, card.id)
}

/** A User's number is nobody else's, and its browsers have to authenticate anew. */
export function changePhone(context: SimulatorContext, user: SimulatedUser, phone: string): void {
  if (!/^\+1\d{10}$/.test(phone)) throw new Error(`[astra] simulator: ${phone} is not a US number in E.164.`)
  const { state } = context
  if (state.users.some((other) => other !== user && other.phone === phone)) {
    throw new Error(`[astra] simulator: ${phone} belongs to another User.`)
  }
  if (user.phone === phone) return
  user.phone = phone
  state.sessions = state.sessions.filter(({ userId }) => userId !== user.id)
  announce(context, 'user_updated', user)
}

/** Lets pending checks end whose time has come. */
export function settleChecks(context: SimulatorContext): void {
  const now = context.now()
  const isOver = ({ status, pendingUntil }: SimulatedIntent | SimulatedUser | SimulatedCard) =>
    status === 'pending' && pendingUntil !== null && now >= pendingUntil
  for (const intent of context.state.intents.filter(isOver)) {
    setIntentStatus(context, intent, intent.scenario.pending?.endsAs ?? 'approved')
  }
  for (const user of context.state.users.filter(isOver)) {
    setUserStatus(context, user, user.scenario.pending?.endsAs ?? 'approved')
  }
  for (const card of context.state.cards.filter(isOver)) {
    const { pending }: TestCard = TEST_CARDS[card.testCard]
    setCardStatus(context, card, pending?.endsAs ?? 'approved')
  }
}

/** What somebody wants to become who signs in for the first time. */
export interface Registration {
  intentId: string | null
  profileId: string | null
}

/**
 * The person proved possession of the phone. A phone that belongs to a User signs in to that User, whatever was asked
 * for; otherwise the intent or the business profile is converted. Its phone is fixed.
 */
export function authenticate(
  context: SimulatorContext,
  phone: string,
  { intentId, profileId }: Registration,
): SimulatedUser | null {
  const { users, intents, businessProfiles } = context.state
  const existing = users.find((user) => user.phone === phone)
  if (existing) return existing
  const intent = intents.find(({ id }) => id === intentId)
  if (intent?.phone === phone && !intent.user_id) return convertIntent(context, intent)
  const profile = businessProfiles.find(({ id }) => id === profileId)
  if (profile?.phone === phone && !profile.user_id) return convertProfile(context, profile)
  return null
}

/** Trusted Authentication: the partner vouches for the phone. */
export function signIn(context: SimulatorContext, { name, id }: TokenSubject): SimulatedUser | null {
  const { users, intents, businessProfiles } = context.state
  const registered: readonly { id: string; user_id: string | null; phone: string }[] =
    name === 'user_intent_id' ? intents : businessProfiles
  const registration = registered.find((one) => one.id === id)
  const userId = name === 'user_id' ? id : registration?.user_id
  if (userId) return users.find((user) => user.id === userId) ?? null
  if (!registration) return null
  // Only the one of the two that bears this id is converted.
  return authenticate(context, registration.phone, { intentId: id, profileId: id })
}

/** The User inherits the status of the intent. */
function convertIntent(context: SimulatorContext, intent: SimulatedIntent): SimulatedUser {
  const { id: _, user_id: __, kyc_type: ___, status, ...person } = intent
  const user: SimulatedUser = {
    ...person,
    id: randomId(),
    // Only an intent with a User has the status that no User can have.
    status: status as UserStatus,
    business: false,
    hasAuthorized: false,
    access: null,
    refresh: [],
  }
  intent.user_id = user.id
  setIntentStatus(context, intent, 'converted_to_user')
  addUser(context, user)
  return user
}

function convertProfile(context: SimulatorContext, profile: SimulatedBusinessProfile): SimulatedUser {
  const { phone, email, first_name, last_name } = profile
  const person = { phone, email: email ?? '', first_name: first_name ?? '', last_name: last_name ?? '' }
  const user = addBusinessUser(context, person)
  profile.user_id = user.id
  return user
}

/** Whom a business User is made of. */
type BusinessContact = Pick<SimulatedUser, 'phone' | 'email' | 'first_name' | 'last_name'>

export function addBusinessUser(context: SimulatorContext, contact: BusinessContact): SimulatedUser {
  const scenario = businessScenarioOf(contact)
  const user: SimulatedUser = {
    ...contact,
    preferred_first_name: null,
    preferred_last_name: null,
    preferred_pronouns: null,
    date_of_birth: '',
    id: randomId(),
    status: scenario.initial,
    scenario,
    pendingUntil: scenario.pending ? context.now() + scenario.pending.seconds * 1000 : null,
    business: true,
    hasAuthorized: false,
    metadata: {},
    access: null,
    refresh: [],
  }
  addUser(context, user)
  return user
}
