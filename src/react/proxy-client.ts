import { DEFAULT_BASE_PATH, REQUEST_HEADER, ROUTES } from '../core/contract.ts'
import type {
  CompleteAnswer,
  ErrorAnswer,
  OpenFlowAnswer,
  Presentation,
  StatusAnswer,
} from '../core/contract.ts'
import type { AstraErrorBody, AstraErrorCode, FieldErrors, UserMessage } from '../core/errors.ts'
import type { Goal } from '../core/next-step.ts'
import type { Profile } from '../core/profile.ts'

/** Where the proxy is and how the partner's app authenticates to it. */
export interface ProxyClientOptions {
  /** Default `/api/astra`. */
  basePath?: string | undefined
  /** Extra headers for every call, like a bearer token of the partner's. Asked anew each time. */
  headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  /** Default `same-origin`. */
  credentials?: RequestCredentials | undefined
  /** Default `onboard`. */
  goal?: Goal | undefined
}

/** Calls the proxy. Nothing typed into the form is kept here. */
export interface ProxyClient {
  /** @param signal ends when nobody waits for the answer any more */
  status(flowId: string | null, signal?: AbortSignal | null): Promise<StatusAnswer>
  /** @param options `replace`: takes the place of a profile that was sent before */
  submitProfile(profile: Profile, options: { replace: boolean }): Promise<StatusAnswer>
  openFlow(presentation: Presentation, returnTo: string): Promise<OpenFlowAnswer>
  completeFlow(query: string): Promise<CompleteAnswer>
  /** The address that a window follows to Astra. */
  startAddress(startPath: string): string
}

/** A refused or failed call. `proxy_unreachable`: no answer, or none of the proxy's. Never holds a typed value. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  readonly code: AstraErrorCode | 'proxy_unreachable'
  readonly userMessage: UserMessage
  readonly retryable: boolean
  declare readonly fields?: FieldErrors

  /** @param options `cause`: what `fetch`, or the host's `headers`, has thrown */
  constructor(body: AstraErrorBody | null, options?: ErrorOptions) {
    super(
      body?.message ??
        '[astra] The proxy did not answer. Check `basePath` and that the proxy is mounted there.',
      options,
    )
    this.code = body?.code ?? 'proxy_unreachable'
    this.userMessage = body?.userMessage ?? 'try-again-later'
    this.retryable = body?.retryable ?? true
    if (body?.fields) this.fields = body.fields
  }
}

/** Longer than the proxy ever takes: a connection may be dead and not say so. In ms. */
const PATIENCE_MS = 60_000

export function createProxyClient(options: ProxyClientOptions): ProxyClient {
  const { basePath = DEFAULT_BASE_PATH, headers, credentials = 'same-origin', goal = 'onboard' } = options
  // What the proxy takes for granted is not said.
  const otherGoal = goal !== 'onboard' && { goal }
  let latest: { address: string; etag: string; answer: StatusAnswer } | null = null

  async function send(path: string, init: RequestInit): Promise<Response> {
    try {
      const own = await headers?.()
      // Only now: people may take long to sign in for those headers.
      const late = AbortSignal.timeout(PATIENCE_MS)
      return await fetch(basePath + path, {
        ...init,
        // Not every browser that has `timeout` has `any`.
        signal: (init.signal && AbortSignal.any?.([late, init.signal])) ?? late,
        cache: 'no-store',
        credentials,
        headers: {
          [REQUEST_HEADER]: '1',
          ...(init.headers as Record<string, string>),
          ...own,
        },
      })
    } catch (cause) {
      throw new ProxyError(null, { cause })
    }
  }

  async function post<T>(path: string, body: unknown): Promise<T> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return read<T>(await send(path, init))
  }

  return {
    async status(flowId, signal = null) {
      const query = new URLSearchParams({ ...otherGoal, ...(flowId && { flow: flowId }) }).toString()
      const address = query ? `${ROUTES.status}?${query}` : ROUTES.status
      const known = latest?.address === address ? latest : null
      const response = await send(address, {
        signal,
        headers: known ? { 'if-none-match': known.etag } : {},
      })
      if (response.status === 304 && known) return known.answer
      const answer = await read<StatusAnswer>(response)
      latest = { address, etag: response.headers.get('etag') ?? '', answer }
      return answer
    },
    submitProfile: (profile, { replace }) =>
      post(ROUTES.userIntents, { profile, ...otherGoal, ...(replace && { replace }) }),
    openFlow: (presentation, returnTo) => post(ROUTES.flows, { goal, presentation, returnTo }),
    completeFlow: (query) => post(ROUTES.complete, { query }),
    startAddress: (startPath) => basePath + startPath,
  }
}

/** The session with the partner is over. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProxyError && error.code === 'unauthenticated'
}

type AnyAnswer = ErrorAnswer & StatusAnswer & CompleteAnswer

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => null)) as (T & Partial<AnyAnswer>) | null
  // Something in between may answer 200 with words of its own.
  if (!response.ok || !(body?.step || body?.flow)) throw new ProxyError(body?.error ?? null)
  return body
}
