import type { ProxyContext } from './context.ts'
import { customerChange, forgetReads, readCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { flowChange, readFlow } from './flow.ts'
import type { Ending, Flow, FlowRecord, Progress } from './flow.ts'
import type { Change } from './storage/storage.ts'
import { insist, untilWritten } from './tries.ts'

/**
 * Writes where the flow has got to, its effect on the customer, and what goes with that, in one commit. False when the
 * genuine return has taken the flow over meanwhile, or the customer was forgotten: then nothing is written.
 */
export async function moveFlow(
  context: ProxyContext,
  flow: FlowRecord,
  progress: Progress,
  change: (customer: Customer) => Customer,
  alongside: (customer: Customer) => Promise<Change[]> = async () => [],
): Promise<boolean> {
  const { customerId } = flow.data
  let known: FlowRecord | null = flow
  const isMoved = await untilWritten(context, async () => {
    const current = known ?? (await readFlow(context, flow.id))
    known = null
    if (!current) return false
    if (!isSameTurn(current.data, flow.data)) {
      // A commit whose answer was lost was written all the same.
      return current.data.codeHash === flow.data.codeHash && current.data.progress.state === progress.state
    }
    const customer = await readCustomer(context.storage, customerId)
    if (customer.version === null) return false
    const isWritten = await context.storage.commit([
      flowChange(current.id, current.version, { ...current.data, progress }),
      customerChange(customer, change(customer.data)),
      ...(await alongside(customer.data)),
    ])
    return isWritten ? true : null
  })
  context.audit({
    event: 'flow.finish',
    customer: customerId,
    outcome: isMoved ? outcomeOf(progress) : 'overtaken',
  })
  return isMoved
}

/** Opens the flow again whose code has never left. */
export async function reopenFlow(context: ProxyContext, flow: FlowRecord): Promise<void> {
  await untilWritten(context, async () => {
    const current = await readFlow(context, flow.id)
    if (!current || !isSameTurn(current.data, flow.data)) return true
    const open: Flow = { ...current.data, codeHash: null, progress: { state: 'open' } }
    return (await context.storage.commit([flowChange(current.id, current.version, open)])) || null
  })
}

/** Whether the flow is still where whoever works on it has put it. The rest of it, like its card, may have changed. */
function isSameTurn(left: Flow, right: Flow): boolean {
  const instants = ({ codeHash, progress }: Flow) => [
    codeHash,
    progress.state,
    'since' in progress && progress.since,
    'readAt' in progress && progress.readAt,
  ]
  return instants(left).join() === instants(right).join()
}

function outcomeOf(progress: Progress): string {
  return progress.state === 'failed' ? progress.error : progress.state
}

/** What a return brought to which no tokens belong. */
interface PlainReturn {
  ending: Ending
  /** It brought our state. */
  certain: boolean
  /** Of a code that has no use, so that the same return finds its flow again; else null. */
  codeHash: string | null
  /** Whether the flow is still to be ended. */
  mayEnd: (flow: Flow) => boolean
}

/** Ends a flow that is not exchanged: in one commit, for there is nothing to be done in between. */
export async function endWithoutCode(
  context: ProxyContext,
  found: FlowRecord,
  { ending, certain, codeHash, mayEnd }: PlainReturn,
): Promise<void> {
  const { id } = found
  let known: FlowRecord | null = found
  await insist(context, () =>
    untilWritten(context, async () => {
      const flow = known ?? (await readFlow(context, id))
      known = null
      if (!flow || !mayEnd(flow.data)) return true
      // Only a return from authorize that is certainly ours counts: three of them stop the customer.
      const counted = certain && flow.data.flow === 'authorize' ? 1 : 0
      const sentDocument = certain && flow.data.flow === 'verify-document' && ending.state === 'returned'
      const customer = await readCustomer(context.storage, flow.data.customerId)
      const progress: Progress = { ...ending, certain }
      const returned: Customer = {
        ...forgetReads(customer.data),
        fruitlessReturns: customer.data.fruitlessReturns + counted,
        documentReturnedAt: sentDocument ? context.now() : customer.data.documentReturnedAt,
      }
      const isWritten = await context.storage.commit([
        flowChange(id, flow.version, { ...flow.data, codeHash, progress }),
        // Whoever was forgotten stays forgotten: a record made here would be in the way of an import.
        ...(customer.version === null ? [] : [customerChange(customer, returned)]),
      ])
      if (!isWritten) return null
      context.audit({ event: 'flow.finish', customer: customer.id, outcome: outcomeOf(progress) })
      return true
    }),
  )
}
