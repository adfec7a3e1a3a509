import { createHmac } from 'node:crypto'
import { ORIGIN } from './harness.ts'
import type { Harness } from './harness.ts'

export const sign = (body: string, secret = 'simulator-secret') =>
  createHmac('sha256', secret).update(body).digest('base64')

/** Posts a webhook; the signature is the right one unless another is given. */
export async function post({ proxy }: Harness, body: string, signature: string | null = sign(body)) {
  const response = await proxy.fetch(
    new Request(`${ORIGIN}/api/astra/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature && { 'astra-verification': signature }) },
      body,
    }),
  )
  const text = await response.text()
  return { status: response.status, error: text ? (JSON.parse(text) as { error: object }).error : null }
}

/** The body of a webhook of a user intent. */
export const delivery = (resourceId: string, more: object = {}) =>
  JSON.stringify({
    webhook_type: 'user_intent_updated',
    webhook_id: 'wh-1',
    user_id: resourceId,
    resource_id: resourceId,
    ...more,
  })
