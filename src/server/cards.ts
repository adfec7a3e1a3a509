import { cardOutcome } from '../core/card-outcome.ts'
import type { CardOutcome } from '../core/card-outcome.ts'
import { announceCard } from './announcement.ts'
import type { Card } from './astra-wire.ts'
import { isDue, isWithin, READ_INTERVAL_MS } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { customerChange, readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { flowChange } from './flow.ts'
import type { CardWanted, Flow, FlowRecord } from './flow.ts'
import type { Change } from './storage/storage.ts'
import { untilWritten } from './tries.ts'

/** How long after its opening a flow may still be completed by a card. */
const ANSWERS_MS = 24 * 60 * 60 * 1000

/** `maintain` asks this often about a card under review that no webhook tells of. */
const REVIEW_INTERVAL_MS = 10 * 60 * 1000

/** How far Astra's clock and ours may be apart. */
const CLOCKS_APART_MS = 60 * 60 * 1000

/**
 * What has become of the card that a flow was opened for. For a customer who is authorized.
 * @throws AstraError `astra_unavailable` and its like, `reauthorization_required`
 */
export async function outcomeOfCard(context: ProxyContext, { data }: FlowRecord): Promise<CardOutcome> {
  if (!isForCard(context, data) || !answers(context, data)) return 'none'
  if (data.card.linked) {
    if (!data.card.told) await settle(context, data.customerId, [])
    return 'linked'
  }
  const { known, isRead } = await readCards(context, data.customerId, READ_INTERVAL_MS)
  const outcome = outcomeAmong(data, known)
  if (outcome === 'linked') await settle(context, data.customerId, known)
  // An old list does not have the card that was added just now, and nobody may be told to add it once more.
  return outcome === 'none' && !isRead ? 'pending' : outcome
}

/**
 * The cards that a flow about to open does not count. An older list would make an old card a new one, so Astra is asked
 * whenever that was last; flows are limited by themselves.
 * @throws AstraError `astra_unavailable` and its like, `reauthorization_required`
 */
export async function cardsBefore(
  context: ProxyContext,
  customerId: string,
  { tokens, user }: Customer,
): Promise<CardWanted['before']> {
  if (tokens) return (await readCards(context, customerId, 0)).known.map(({ id }) => id)
  // Before the first authorization no card was the partner's to use.
  return user ? null : []
}

/**
 * Looks after flows whose person has not come back: a webhook may have told of a card. For `maintain`, which looks again
 * until the partner has heard of every card that is there, and for as long as one is under review.
 */
export async function settleCards(context: ProxyContext, id: string): Promise<void> {
  const { version, data } = await readCustomer(context.storage, id)
  if (!data.cardsDue) return
  const waiting = await waitingFlows(context, id)
  // What was seen already waits for no read; and without tokens nobody can look: who authorizes again makes them due.
  const isToRead = data.tokens !== null && waiting.some((flow) => !flow.data.card.linked)
  // A webhook or a return makes a read due at once.
  const interval = data.cards?.isRead ? REVIEW_INTERVAL_MS : READ_INTERVAL_MS
  const read = isToRead ? await readCards(context, id, interval) : null
  if (!(await settle(context, id, read?.known ?? [])) || read?.isRead === false) return
  await updateCustomer(context, id, (customer, current) => {
    const isSame = read ? customer.cards?.readAt === read.readAt : current === version
    return isSame ? { ...customer, cardsDue: false } : null
  })
}

/**
 * A card ends the wait of every window that was opened for one; the partner is told once for all of them. False when
 * there is more to come.
 */
async function settle(context: ProxyContext, customerId: string, cards: readonly Card[]): Promise<boolean> {
  // Before the partner is told: this process may die, or their function fail, and nobody ever ask again.
  const { served, isUnderReview } = await untilWritten(context, () => keepLinked(context, customerId, cards))
  if (served.length === 0) return !isUnderReview
  const isKept = await announceCard(context, customerId, async () => {
    // Whatever changes one of the flows meanwhile, a return for example, leaves this to the next look.
    const isWritten = await context.storage.commit(served.map((flow) => cardChange(flow, { told: true })))
    if (isWritten) context.audit({ event: 'card.link', customer: customerId, outcome: 'linked' })
    return isWritten
  })
  return isKept && !isUnderReview
}

interface Seen {
  /** Flows whose card is there. */
  served: WaitingFlow[]
  isUnderReview: boolean
}

/** Writes down which flows have their card, and that the partner has to hear of it. Null when somebody wrote in between. */
async function keepLinked(
  context: ProxyContext,
  customerId: string,
  cards: readonly Card[],
): Promise<Seen | null> {
  const customer = await readCustomer(context.storage, customerId)
  const waiting = await waitingFlows(context, customerId)
  const outcomes = waiting.map(({ data }) => (data.card.linked ? 'linked' : outcomeAmong(data, cards)))
  const isUnderReview = outcomes.includes('pending')
  const served = waiting.filter((_, index) => outcomes[index] === 'linked')
  const unknown = served.filter(({ data }) => !data.card.linked)
  if (customer.version === null || served.length === 0) return { served: [], isUnderReview }
  if (customer.data.cardsDue && unknown.length === 0) return { served, isUnderReview }
  const isWritten = await context.storage.commit([
    customerChange(customer, { ...customer.data, cardsDue: true }),
    ...unknown.map((flow) => cardChange(flow, { linked: true })),
  ])
  return isWritten ? keepLinked(context, customerId, cards) : null
}

function cardChange({ id, version, data }: WaitingFlow, card: Partial<CardWanted>): Change {
  return flowChange(id, version, { ...data, card: { ...data.card, ...card } })
}

type WaitingFlow = FlowRecord & { data: FlowForCard }
type FlowForCard = Flow & { card: CardWanted }

async function waitingFlows(context: ProxyContext, customerId: string): Promise<WaitingFlow[]> {
  const flows = (await context.storage.find('flow', 'customer', customerId)) as FlowRecord[]
  return flows.filter(
    (flow): flow is WaitingFlow =>
      isForCard(context, flow.data) &&
      !flow.data.card.told &&
      // What was seen is told although the day is over.
      (flow.data.card.linked || answers(context, flow.data)),
  )
}

function isForCard({ configuration }: ProxyContext, flow: Flow): flow is FlowForCard {
  return flow.card !== undefined && flow.environment === configuration.environment
}

function answers({ now }: ProxyContext, { createdAt }: Flow): boolean {
  return isWithin(ANSWERS_MS, createdAt, now())
}

function outcomeAmong({ card, createdAt }: FlowForCard, cards: readonly Card[]): CardOutcome {
  const { before } = card
  const isNew = (one: Card) => {
    if (!before) return one.createdAt !== null && !isOlder(one, createdAt)
    // Only the first page is known, and old cards move up to it when newer ones are deleted; not where there was none.
    return before.length === 0 || !(before.includes(one.id) || isOlder(one, createdAt - CLOCKS_APART_MS))
  }
  return cardOutcome(cards.filter(isNew).map(({ status }) => status))
}

function isOlder({ createdAt }: Card, than: number): boolean {
  return createdAt !== null && createdAt < than
}

/** The present list, or the last one when somebody has read lately (`isRead`), is reading or has failed to. */
async function readCards(
  context: ProxyContext,
  customerId: string,
  interval: number,
): Promise<NonNullable<Customer['cards']>> {
  const now = context.now()
  let claimed = false
  const { data: written } = await updateCustomer(context, customerId, (customer, version) => {
    claimed = version !== null && isDue(customer.cards?.readAt ?? 0, interval, now)
    const known = customer.cards?.known ?? []
    return claimed ? { ...customer, cards: { readAt: now, isRead: false, known } } : null
  })
  if (!claimed) return written.cards ?? { readAt: 0, isRead: false, known: [] }
  const known = await context.tokens.withAccess(customerId, (token) => context.astra.readCards(token))
  await updateCustomer(context, customerId, (customer) =>
    // A webhook that came meanwhile has set the mark back, and the next read counts.
    customer.cards?.readAt === now ? { ...customer, cards: { readAt: now, isRead: true, known } } : null,
  )
  return { readAt: now, isRead: true, known }
}
