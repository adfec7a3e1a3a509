import type { ProxyContext } from './context.ts'
import { customerChange, forgetReads, readCustomer, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import { flowChange, readFlow } from './flow.ts'
import type { Ending, Flow, FlowRecord, Progress } from './flow.ts'
import { ownership } from './identity-check.ts'
import { insist, untilWritten } from './tries.ts'

/** Writes where the flow has got to, its effect on the customer, and whose the User is, in one commit. */
export async function closeFlow(
  context: ProxyContext,
  { id, version, data }: FlowRecord,
  progress: Progress,
  change: (customer: Customer) => Customer,
  owner?: string,
): Promise<void> {
  const closed = flowChange(id, version, { ...data, progress })
  await updateCustomer(context, data.customerId, change, async () =>
    owner ? [closed, ...(await ownership(context, owner, data.customerId))] : [closed],
  )
  auditFinish(context, { data }, progress)
}

export function auditFinish(
  context: ProxyContext,
  { data }: Pick<FlowRecord, 'data'>,
  progress: Progress,
): void {
  context.audit({ event: 'flow.finish', customer: data.customerId, outcome: outcomeOf(progress) })
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
      const isWritten = await context.storage.commit([
        flowChange(id, flow.version, { ...flow.data, codeHash, progress }),
        customerChange(customer, {
          ...forgetReads(customer.data),
          fruitlessReturns: customer.data.fruitlessReturns + counted,
          documentReturnedAt: sentDocument ? context.now() : customer.data.documentReturnedAt,
        }),
      ])
      if (isWritten) auditFinish(context, flow, progress)
      return isWritten ? true : null
    }),
  )
}
