import { STATE_PREFIX } from '../core/return-parameters.ts'
import type { FlowOutcome, FlowView, Presentation } from '../core/contract.ts'
import { AstraError } from '../core/errors.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { Goal, HostedFlow } from '../core/next-step.ts'
import { isWithin } from './clock.ts'
import type { Environment } from './configuration.ts'
import type { ProxyContext } from './context.ts'
import { dayOf } from './customer.ts'
import { randomToken, sha256 } from './encryption.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** One trip to the hosted module: what `state` stands for. */
export interface Flow {
  customerId: string
  environment: Environment
  goal: Goal
  flow: HostedFlow
  presentation: Presentation
  /** Only for the goal `link-card`. */
  card?: CardWanted
  /** SHA-256 of the cookie of the one browser that may start and finish this flow. */
  browserHash: string
  /** SHA-256 of every `state` handed out; a reload of the start path adds one. */
  stateHashes: string[]
  returnTo: string
  /** SHA-256 of the code that this flow was finished with; a repeated return finds it by that. */
  codeHash: string | null
  progress: Progress
  /** Session tokens minted for it, of Trusted Authentication. */
  mints: number
  /** For Trusted Authentication; null when nobody vouches for a phone. */
  proven: ProvenPhone | null
  createdAt: number
  expiresAt: number
}

/** What the partner vouches for: which phone was proved, by its keyed hashes, and when, in ms since the epoch. */
export interface ProvenPhone {
  hashes: readonly string[]
  at: number
}

/** How the card that a flow was opened for is recognised, and whether the partner knows of it. */
export interface CardWanted {
  /**
   * Ids of the cards that were there when the flow opened. Plain, like those of intent and User: without the person's
   * token they open nothing, and they say nothing of what is printed on a card. Null when nobody could look: then a
   * card is new that was created since.
   */
  before: string[] | null
  /** A new one was seen approved or flagged. */
  linked: boolean
  /** The partner has heard of that. */
  told: boolean
}

/** How a flow ended. */
export type Ending =
  { state: 'authorized' | 'returned' | 'declined' } | { state: 'failed'; error: AstraErrorCode }

/**
 * `exchanging` is entered by compare-and-set: whoever enters it exchanges, everybody else waits. An ending is `certain`
 * when the return brought our `state`; anybody can send a browser to the return page without it, so what came of such a
 * return, or is still coming of it, gives way to the genuine one, and so do tokens whose owner nobody could tell yet.
 */
export type Progress =
  | { state: 'open' }
  | { state: 'exchanging'; since: number; certain: boolean }
  /** Tokens were granted, and Astra could not be asked whose they are. They lie here sealed and unusable. */
  | {
      state: 'unverified'
      since: number
      /** When Astra was last asked again; 0 when it may be asked at once. */
      readAt: number
      tokens: string
      certain: boolean
    }
  | (Ending & { certain: boolean })

/** A flow whose return is being worked on, so that it is known whether that brought our `state`. */
export type ClaimedFlow = FlowRecord & { data: { progress: Extract<Progress, { certain: boolean }> } }

export const FLOW_LIFETIME_MS = 60 * 60 * 1000

/** Longer than any exchange can take, the wait for its lease included: one that is older died with its process. */
const EXCHANGE_LIMIT_MS = 90_000

/** How long after its flow has expired a partner who could not listen is still told of a card. */
const TOLD_FOR_MS = 7 * 24 * 60 * 60 * 1000

export type FlowRecord = StoredRecord<Flow>

export async function readFlow(context: ProxyContext, id: string): Promise<FlowRecord | null> {
  return (await context.storage.get('flow', id)) as FlowRecord | null
}

/** The flow, if one of this browser's cookies opened it; null otherwise, without saying which. */
export async function readOwnFlow(
  context: ProxyContext,
  id: string,
  browser: readonly string[],
): Promise<FlowRecord | null> {
  // Ids come from the browser, and some databases choke on malformed ones.
  const record = /^[\w-]{1,64}$/.test(id) ? await readFlow(context, id) : null
  if (!record || record.data.environment !== context.configuration.environment) return null
  return browser.some((value) => record.data.browserHash === sha256(value)) ? record : null
}

/** Every flow that this browser has started and that has not expired, the newest first. */
export async function startedFlows(context: ProxyContext, browser: readonly string[]): Promise<FlowRecord[]> {
  const found = await Promise.all(
    browser.map((value) => context.storage.find('flow', 'browser', sha256(value))),
  )
  const records = found.flat() as FlowRecord[]
  const { environment } = context.configuration
  return records
    .filter(
      ({ data }) =>
        data.environment === environment && data.expiresAt > context.now() && data.stateHashes.length > 0,
    )
    .sort((a, b) => b.data.createdAt - a.data.createdAt)
}

export function flowChange(id: string, version: number | null, data: Flow): Change {
  return {
    kind: 'flow',
    id,
    expectedVersion: version,
    data,
    indexes: { browser: data.browserHash, customer: data.customerId, ends: dayOf(endOf(data)) },
  }
}

/** When nobody needs the record any more. */
function endOf({ expiresAt, card }: Flow): number {
  return card?.linked ? expiresAt + TOLD_FOR_MS : expiresAt
}

/** `state` names its flow, so that looking it up needs no index; the secret half proves that we handed it out. */
export function newState(context: ProxyContext, flowId: string): string {
  return `${STATE_PREFIX}${flowId}.${randomToken(context.random, 32)}`
}

/** The flow's id in a `state` of ours; null for somebody else's. */
export function flowIdOfState(state: string): string | null {
  const [, id] = state.startsWith(STATE_PREFIX) ? state.split('.') : []
  return id || null
}

/** The label under which tokens lie sealed on a flow. */
export function flowLabel(id: string): string {
  return `flow/${id}`
}

/** What the browser may know of a flow. */
export function viewFlow({ id, data }: Pick<FlowRecord, 'id' | 'data'>, now: number): FlowView {
  return { id, flow: data.flow, presentation: data.presentation, outcome: outcomeOf(data, now) }
}

function outcomeOf({ progress, expiresAt }: Flow, now: number): FlowOutcome {
  switch (progress.state) {
    case 'open':
      return now < expiresAt ? { state: 'open' } : { state: 'expired' }
    case 'exchanging':
      return isWithin(EXCHANGE_LIMIT_MS, progress.since, now)
        ? { state: 'open' }
        : failed('exchange_outcome_unknown')
    case 'unverified':
      return { state: 'open' }
    case 'failed':
      return failed(progress.error)
    default:
      return { state: progress.state }
  }
}

function failed(error: AstraErrorCode): FlowOutcome {
  return { state: 'failed', error, userMessage: new AstraError(error).userMessage }
}
