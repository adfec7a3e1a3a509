import { randomId } from './store.ts'
import type { SimulatorState } from './store.ts'

/** What the sources leave open about Astra, so that a test can try each reading. */
export interface FidelityOptions {
  /** Name of the parameter that brings the code back. Default `authorization_code`, the word of Astra's docs. */
  codeParameter: 'authorization_code' | 'code' | 'both'
  /** Whether `state` comes back on the redirect. Default true. */
  echoState: boolean
  /** What a refusal of consent brings back. Default `no-code`: nothing but the return. */
  decline: 'no-code' | 'access_denied'
  /** Life of an authorization code in seconds. Default 300. */
  codeLifetimeSeconds: number
  /** Intents per e-mail address. Default 3. */
  intentsPerEmail: number
  /** Whether the program is approved for KYC Delegation: then `ssn` is optional. Default false. */
  kycDelegation: boolean
  /** Whether Astra has enabled Trusted Authentication for this client. Default true. */
  trustedAuthentication: boolean
}

/** What every handler of the simulator receives. */
export interface SimulatorContext extends FidelityOptions {
  state: SimulatorState
  clientId: string
  /** Can be rotated. */
  clientSecret: string
  redirectUris: readonly string[]
  /** Whether anybody wants to hear of changes. */
  hasWebhooks: boolean
  /** ms since the epoch, moved by `advance`. */
  now(): number
}

/** A JSON answer; every answer of Astra's carries a `request-id`. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, {
    status,
    headers: { 'request-id': `req_${randomId(12)}`, 'cache-control': 'no-store' },
  })
}

const NAMES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
}

/** Astra's error envelope. @see https://docs.astra.finance/reference/errors */
export function refusal(status: number, description: string | Record<string, string[]>): Response {
  return json({ code: status, name: NAMES[status] ?? 'Error', description }, status)
}

/** True when the request carries the client's Basic credentials. */
export function hasClientCredentials(context: SimulatorContext, request: Request): boolean {
  return (
    request.headers.get('authorization') === `Basic ${btoa(`${context.clientId}:${context.clientSecret}`)}`
  )
}
