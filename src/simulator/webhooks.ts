import type { SimulatorContext } from './context.ts'
import { settleChecks } from './lifecycle.ts'
import { pythonJson } from './python-json.ts'
import type { QueuedWebhook, SimulatedWebhook } from './store.ts'

/** Where webhooks go. */
export interface WebhookSubscription {
  /** Like `http://localhost:3000/api/astra/webhook`. */
  url: string
  /** Sends the request; in one process `(request) => proxy.fetch(request)`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>
}

/** One request of a delivery. Anything but 200 is a failure to Astra. */
export interface WebhookAttempt {
  webhook: SimulatedWebhook
  status: number | 'network-error'
}

/** The webhooks of a simulator. Nothing is sent by itself: a test says when, and in which order. */
export interface SimulatedWebhooks {
  /** All that wait, oldest first: new ones, and failed ones until the simulator's clock says that they are due again. */
  pending(): readonly QueuedWebhook[]
  /**
   * Sends what is due, one after the other. What is not answered with 200 waits for its next try: ten more, with
   * intervals that double, over five hours; then it is dropped.
   *
   * @param arrange what to send of the due ones, in which order and how often; what it leaves out stays due
   * @example
   * await simulator.webhooks.deliver() // in order
   * await simulator.webhooks.deliver((due) => due.toReversed())
   * await simulator.webhooks.deliver((due) => due.flatMap((one) => [one, one])) // each twice
   */
  deliver(
    arrange?: (due: readonly SimulatedWebhook[]) => readonly SimulatedWebhook[],
  ): Promise<readonly WebhookAttempt[]>
  /** The signed request of a webhook, for a test that forges or replays one. */
  request(webhook: SimulatedWebhook): Promise<Request>
}

const RETRIES = 10
const FIRST_INTERVAL_MS = (5 * 60 * 60 * 1000) / (2 ** RETRIES - 1)
const TIMEOUT_MS = 10_000

export function createWebhooks(
  context: SimulatorContext,
  subscription: WebhookSubscription | undefined,
  save: () => void,
): SimulatedWebhooks {
  const underWay = new Set<QueuedWebhook>()

  async function request(webhook: SimulatedWebhook): Promise<Request> {
    if (!subscription) throw new Error('[astra] simulator: the option `webhooks` says where they go.')
    const body = pythonJson({ ...webhook })
    return new Request(subscription.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'astra-verification': await signature(context.clientSecret, body),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  }

  async function send(webhook: SimulatedWebhook): Promise<WebhookAttempt> {
    const signed = await request(webhook)
    try {
      const response = await inTime((subscription?.fetch ?? fetch)(signed))
      await response.body?.cancel()
      return { webhook, status: response.status }
    } catch {
      return { webhook, status: 'network-error' }
    }
  }

  function settle(entry: QueuedWebhook, attempts: readonly WebhookAttempt[]): void {
    const { webhooks } = context.state
    if (attempts.length === 0) return
    const isDone = attempts.some(({ status }) => status === 200) || entry.retries === RETRIES
    if (isDone) {
      webhooks.splice(webhooks.indexOf(entry), 1)
    } else {
      entry.dueAt = context.now() + Math.round(FIRST_INTERVAL_MS * 2 ** entry.retries)
      entry.retries += 1
    }
  }

  return {
    request,
    pending: () => {
      settleChecks(context)
      return structuredClone(context.state.webhooks)
    },
    deliver: async (arrange = (due) => due) => {
      settleChecks(context)
      const now = context.now()
      const due = context.state.webhooks.filter((entry) => entry.dueAt <= now && !underWay.has(entry))
      const attempts: WebhookAttempt[] = []
      for (const entry of due) underWay.add(entry)
      try {
        const webhooks = due.map(({ webhook }) => webhook)
        for (const webhook of arrange(webhooks)) attempts.push(await send(webhook))
      } finally {
        for (const entry of due) {
          underWay.delete(entry)
          settle(
            entry,
            attempts.filter(({ webhook }) => webhook.webhook_id === entry.webhook.webhook_id),
          )
        }
      }
      if (due.length > 0) save()
      return attempts
    },
  }
}

/** @see https://docs.astra.finance/reference/webhook-verification */
async function signature(secret: string, body: string): Promise<string> {
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign'])
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(body)))
  return btoa(String.fromCharCode(...bytes))
}

/** Whatever becomes of the request's own signal, which Node's `fetch` may lose to a garbage collection. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('No answer in time.', 'TimeoutError')), TIMEOUT_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
