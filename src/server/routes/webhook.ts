import { AstraError } from '../../core/errors.ts'
import { adopt } from '../adoption.ts'
import { readDelivery } from '../astra-wire.ts'
import type { Delivery } from '../astra-wire.ts'
import { readAttempt } from '../attempt.ts'
import type { ProxyContext, Route } from '../context.ts'
import { forgetReads, updateCustomer } from '../customer.ts'
import { sha256 } from '../encryption.ts'
import type { Incoming } from '../incoming.ts'
import { readBytes } from '../raw-body.ts'
import { warnOfRefused, warnOfUnread } from '../refused-webhooks.ts'
import { rememberVerified, seenChange, wasSeen } from '../webhook-record.ts'
import { isSignedByAstra } from '../webhook-signature.ts'

const LARGEST_DELIVERY = 64 * 1024

/**
 * `POST webhook`: Astra says that something has changed, not what. The customer is marked, and the next look at them
 * reads Astra again; an intent whose creation was never answered finds its customer by the attempt in its metadata.
 * Anything but 200 makes Astra repeat the delivery.
 * @see https://docs.astra.finance/reference/webhooks
 */
export const postWebhook: Route = async (context, incoming) => {
  const { clientSecret, previousClientSecret } = context.configuration
  const body = await readDelivered(context, incoming)
  const secrets = [clientSecret, ...(previousClientSecret ? [previousClientSecret] : [])]
  if (!(await isSignedByAstra(body, incoming.request.headers.get('astra-verification'), secrets))) {
    context.audit({ event: 'webhook.verify', customer: null, outcome: 'refused' })
    warnOfRefused(context, incoming)
    throw new AstraError('webhook_refused')
  }
  const delivery = readDelivery(body)
  if (delivery) await mark(context, delivery)
  return { status: 200, headers: {}, body: null }
}

/** @throws AstraError as {@link readBytes}; Astra has given up before anybody would have found out why */
async function readDelivered(context: ProxyContext, incoming: Incoming): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readBytes(incoming, LARGEST_DELIVERY)
  } catch (error) {
    context.audit({ event: 'webhook.verify', customer: null, outcome: 'refused' })
    warnOfUnread(context, error)
    throw error
  }
}

async function mark(context: ProxyContext, delivery: Delivery): Promise<void> {
  const { type, resourceId, attemptId } = delivery
  const subject = Object.hasOwn(SUBJECTS, type) ? SUBJECTS[type] : undefined
  // Nothing here follows from other families of events, so there is nothing to do only once.
  if (!subject) return
  // Events of cards say nothing about whether those of intents and Users arrive.
  if (subject.by === 'resourceId') await rememberVerified(context)
  // The sender chooses the id; a hash of it is short and plain.
  const seen = { ...delivery, id: sha256(delivery.id) }
  if (await wasSeen(context, seen.id)) return
  if (type === 'user_intent_updated' && attemptId) await adoptOrphan(context, attemptId, resourceId)
  const id = delivery[subject.by]
  const [customer] = id ? await context.storage.find('customer', subject.index, id) : []
  if (!customer) {
    await context.storage.commit([seenChange(context, seen.id)])
    return
  }
  await updateCustomer(
    context,
    customer.id,
    // Whoever was forgotten meanwhile stays forgotten.
    (current, version) => (version === null ? null : forgetReads(current)),
    async () => ((await wasSeen(context, seen.id)) ? [] : [seenChange(context, seen.id)]),
  )
  context.audit({ event: 'webhook.verify', customer: customer.id, outcome: type })
}

/** Which of a customer's ids the event speaks of, and where it stands. Of a card only its User is known here. */
const SUBJECTS: Record<string, { index: 'intent' | 'user'; by: 'resourceId' | 'userId' }> = {
  user_intent_updated: { index: 'intent', by: 'resourceId' },
  user_updated: { index: 'user', by: 'resourceId' },
  card_created: { index: 'user', by: 'userId' },
  card_updated: { index: 'user', by: 'userId' },
}

/** The answer to the creation may never have come, or may be slower than the webhook. */
async function adoptOrphan(context: ProxyContext, attemptId: string, intentId: string): Promise<void> {
  const attempt = await readAttempt(context, attemptId)
  if (!attempt || attempt.data.intentId !== null) return
  await adopt(context, attemptId, intentId)
  const state = (await readAttempt(context, attemptId))?.data.state
  const outcome = state === 'created' ? 'adopted' : 'superseded'
  // Nothing is left of a customer who was forgotten meanwhile.
  if (state) context.audit({ event: 'intent.adopt', customer: attempt.data.customerId, outcome })
}
