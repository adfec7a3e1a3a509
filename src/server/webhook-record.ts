import { isWithin } from './clock.ts'
import type { ProxyContext } from './context.ts'
import { dayOf } from './customer.ts'
import type { Change, StoredRecord } from './storage/storage.ts'

/** One delivery that was seen, or, under {@link LATEST}, when the last one was verified. */
interface WebhookRecord {
  at: number
}

const LATEST = 'latest'
const RECENT_MS = 7 * 24 * 60 * 60 * 1000
const RENEW_AFTER_MS = 60_000

export async function wasSeen(context: ProxyContext, webhookId: string): Promise<boolean> {
  return (await context.storage.get('webhook', seenId(webhookId))) !== null
}

/** Remembers a delivery; `purge` deletes it after eight days, when Astra has long given up repeating it. */
export function seenChange(context: ProxyContext, webhookId: string): Change {
  const at = context.now()
  const data: WebhookRecord = { at }
  return { kind: 'webhook', id: seenId(webhookId), expectedVersion: null, data, indexes: { day: dayOf(at) } }
}

function seenId(webhookId: string): string {
  return `seen/${webhookId}`
}

/** Whether webhooks arrive here: one was verified in the last seven days. */
export async function hasRecentWebhook(context: ProxyContext): Promise<boolean> {
  const latest = await readLatest(context)
  return latest !== null && isWithin(RECENT_MS, latest.data.at, context.now())
}

/** Written once a minute at most; losing the race means that another delivery has just written it. */
export async function rememberVerified(context: ProxyContext): Promise<void> {
  const latest = await readLatest(context)
  const at = context.now()
  if (latest && isWithin(RENEW_AFTER_MS, latest.data.at, at)) return
  const data: WebhookRecord = { at }
  await context.storage.commit([
    { kind: 'webhook', id: LATEST, expectedVersion: latest?.version ?? null, data },
  ])
}

async function readLatest(context: ProxyContext): Promise<StoredRecord<WebhookRecord> | null> {
  return (await context.storage.get('webhook', LATEST)) as StoredRecord<WebhookRecord> | null
}
