import { completeBody } from '../../core/contract-schemas.ts'
import type { CompleteAnswer } from '../../core/contract.ts'
import { AstraError } from '../../core/errors.ts'
import { parseHostedReturn } from '../../core/hosted-flow.ts'
import type { HostedReturn } from '../../core/hosted-flow.ts'
import { arrivalAddress } from '../../core/return-parameters.ts'
import { answerJson } from '../answer.ts'
import type { ProxyContext, Route } from '../context.ts'
import { sha256 } from '../encryption.ts'
import { exchangeCode } from '../exchange.ts'
import { endWithoutCode } from '../flow-ending.ts'
import { flowChange, flowIdOfState, readFlow, readOwnFlow, startedFlows, viewFlow } from '../flow.ts'
import type { ClaimedFlow, Ending, Flow, FlowRecord, Progress } from '../flow.ts'
import { identifyIfAble } from '../identify.ts'
import { readBody } from '../request.ts'
import { untilWritten } from '../tries.ts'

/** `POST flows/complete`: takes what the return brought. Repeated calls get the stored result. */
export const postComplete: Route = async (context, incoming) => {
  const { browser } = incoming
  const { query } = await readBody(incoming, completeBody)
  const returned = parseHostedReturn(new URLSearchParams(query))
  const identity = await identifyIfAble(context, incoming)
  const belongs = ({ customerId }: Flow) => !identity || identity.id === customerId
  const found = await findFlow(context, returned, browser, belongs)
  if (!found) throw new AstraError('flow_not_found')

  await finish(context, found, returned)
  const record = (await readFlow(context, found.id)) ?? found
  const { goal, returnTo } = record.data
  const answer: CompleteAnswer = {
    flow: viewFlow(record, context.now()),
    returnTo: arrivalAddress(returnTo, record.id, goal),
  }
  return answerJson(answer)
}

/** By `state`, if Astra echoed it; otherwise the newest open one of this browser that can have come back like this. */
async function findFlow(
  context: ProxyContext,
  returned: HostedReturn,
  browser: readonly string[],
  belongs: (flow: Flow) => boolean,
): Promise<FlowRecord | null> {
  const { state } = returned
  if (state !== null) {
    const record = await readOwnFlow(context, flowIdOfState(state) ?? '', browser)
    if (!record || !belongs(record.data)) return null
    return record.data.stateHashes.includes(sha256(state)) ? record : null
  }
  const flows = (await startedFlows(context, browser)).filter(({ data }) => belongs(data))
  const isOpen = ({ data }: FlowRecord) => data.progress.state === 'open'
  if (returned.kind === 'no-code') return flows.find(isOpen) ?? null
  // The return page posts again when an answer was lost: the same code means the same flow.
  const codeHash = sha256(returned.code)
  const repeated = flows.find(({ data }) => data.codeHash === codeHash)
  return repeated ?? flows.find((record) => isOpen(record) && record.data.flow === 'authorize') ?? null
}

/** Enters `exchanging` by compare-and-set; null when somebody else did, or the flow is over. */
async function claim(
  context: ProxyContext,
  found: FlowRecord,
  code: string,
  certain: boolean,
  mayEnd: (flow: Flow) => boolean,
): Promise<ClaimedFlow | null> {
  const codeHash = sha256(code)
  let known: FlowRecord | null = found
  const claimed = await untilWritten(context, async () => {
    // A reload of the start path may have come in between; then it is still ours to take.
    const record = known ?? (await readFlow(context, found.id))
    known = null
    if (!record || !mayEnd(record.data) || wasSent(record.data, codeHash)) return 'not ours' as const
    const progress = { state: 'exchanging', since: context.now(), certain } as const
    const data = { ...record.data, codeHash, progress }
    const isWritten = await context.storage.commit([flowChange(record.id, record.version, data)])
    return isWritten ? { ...record, version: record.version + 1, data } : null
  })
  return claimed === 'not ours' ? null : claimed
}

/** Astra takes a code once: to send it again, though with our state this time, would only spoil what it has brought. */
function wasSent({ codeHash, progress }: Flow, code: string): boolean {
  // The one refusal before a code is sent.
  const isUnsent = progress.state === 'failed' && progress.error === 'flow_not_found'
  return codeHash === code && !isUnsent
}

function isClaimable(progress: Progress, isCertain: boolean): boolean {
  if (progress.state === 'open') return true
  if (progress.state === 'authorized') return false
  return !progress.certain && isCertain
}

async function finish(context: ProxyContext, found: FlowRecord, returned: HostedReturn): Promise<void> {
  const certain = returned.state !== null
  const mayEnd = ({ progress, expiresAt }: Flow) =>
    isClaimable(progress, certain) && expiresAt > context.now()
  const isAuthorize = found.data.flow === 'authorize'
  if (returned.kind === 'code' && isAuthorize) {
    const claimed = await claim(context, found, returned.code, certain, mayEnd)
    return claimed ? exchangeCode(context, claimed, returned.code) : undefined
  }
  const declined = returned.kind === 'no-code' && returned.declined && isAuthorize
  const codeHash = returned.kind === 'code' ? sha256(returned.code) : null
  const ending: Ending = { state: declined ? 'declined' : 'returned' }
  await endWithoutCode(context, found, { ending, certain, codeHash, mayEnd })
}
