import { FLOW_PARAMETER, RETURN_PARAMETERS, STATE_PREFIX } from '../core/return-parameters.ts'
import type { FlowOutcome, FlowView, Presentation } from '../core/contract.ts'
import type { AstraErrorCode } from '../core/errors.ts'
import type { Goal, HostedFlow } from '../core/next-step.ts'
import type { ProxyContext } from './context.ts'
import { randomToken, sha256 } from './encryption.ts'
import type { Environment } from './options.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** One trip to the hosted module: what `state` stands for. */
export interface Flow {
  customerId: string
  environment: Environment
  goal: Goal
  flow: HostedFlow
  presentation: Presentation
  /** SHA-256 of the cookie of the one browser that may start and finish this flow. */
  browserHash: string
  /** SHA-256 of every `state` handed out; a reload of the start path adds one. */
  stateHashes: string[]
  returnTo: string
  progress: Progress
  createdAt: number
  expiresAt: number
}

/** `exchanging` is entered by compare-and-set: whoever enters it exchanges, everybody else waits. */
export type Progress =
  | { state: 'open' }
  | { state: 'exchanging'; since: number }
  | { state: 'authorized' | 'returned' | 'declined' }
  | { state: 'failed'; error: AstraErrorCode }

export const FLOW_LIFETIME_MS = 60 * 60 * 1000

/** Longer than any exchange can take: an exchange that is older died with its process. */
const EXCHANGE_LIMIT_MS = 60_000

export type FlowRecord = StoredRecord<Flow>

export async function readFlow(context: ProxyContext, id: string): Promise<FlowRecord | null> {
  return (await context.storage.get('flow', id)) as FlowRecord | null
}

/** The flow, if it belongs to this browser; null otherwise, without saying which. */
export async function readOwnFlow(
  context: ProxyContext,
  id: string,
  browser: string | null,
): Promise<FlowRecord | null> {
  const record = await readFlow(context, id)
  if (!record || !browser || record.data.environment !== context.configuration.environment) return null
  return record.data.browserHash === (await sha256(browser)) ? record : null
}

/** The newest flow of this browser that still waits for its return. */
export async function newestOpenFlow(
  context: ProxyContext,
  browser: string | null,
  wanted: (flow: Flow) => boolean,
): Promise<FlowRecord | null> {
  if (!browser) return null
  const records = (await context.storage.find('flow', 'browser', await sha256(browser))) as FlowRecord[]
  const open = records.filter(
    ({ data }) =>
      data.progress.state === 'open' &&
      data.environment === context.configuration.environment &&
      data.expiresAt > context.now() &&
      // Only a flow that was started can come back.
      data.stateHashes.length > 0 &&
      wanted(data),
  )
  return open.sort((a, b) => b.data.createdAt - a.data.createdAt)[0] ?? null
}

export function flowChange(id: string, version: number | null, data: Flow): Change {
  return {
    kind: 'flow',
    id,
    expectedVersion: version,
    data,
    indexes: { browser: data.browserHash, customer: data.customerId },
  }
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

/** What the browser may know of a flow. */
export function viewFlow({ id, data }: Pick<FlowRecord, 'id' | 'data'>, now: number): FlowView {
  return { id, flow: data.flow, presentation: data.presentation, outcome: outcomeOf(data, now) }
}

function outcomeOf({ progress, expiresAt }: Flow, now: number): FlowOutcome {
  switch (progress.state) {
    case 'open':
      return now < expiresAt ? { state: 'open' } : { state: 'expired' }
    case 'exchanging':
      return now < progress.since + EXCHANGE_LIMIT_MS
        ? { state: 'open' }
        : { state: 'failed', error: 'exchange_outcome_unknown' }
    default:
      return progress
  }
}

/** Where the browser goes after a redirect: the page it came from, told which flow to look at. */
export function returnAddress(flowId: string, returnTo: string): string {
  const url = new URL(returnTo)
  for (const name of RETURN_PARAMETERS) url.searchParams.delete(name)
  url.searchParams.set(FLOW_PARAMETER, flowId)
  return url.href
}
