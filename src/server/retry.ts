import { NotSent } from './transport.ts'
import type { Transport, TransportAnswer } from './transport.ts'

const FIRST_PAUSE_MS = 250
/** A person waits: when Astra asks for more patience than this, they are told now. */
const LONGEST_PAUSE_MS = 2_000

/** How often to call again, and what that needs from outside. */
export interface Retries {
  /** Calls after the first. */
  retries: number
  now: () => number
  wait: (ms: number) => Promise<void>
  random: (bytes: Uint8Array<ArrayBuffer>) => void
  /** `unsent`: only calls of which nothing has left. Default: also those that may reach Astra twice. */
  repeats?: 'all' | 'unsent'
}

/**
 * Calls again when there was no answer, or 429 or 5xx, within the time that the call has. Reads and refreshes may reach
 * Astra twice; the exchange of a code is repeated only while it is unsent, and a creation never.
 */
export function retrying(transport: Transport, policy: Retries): Transport {
  return async (call) => {
    const deadline = policy.now() + call.timeoutMs
    for (let retry = 0; ; retry++) {
      // A clock that was set back meanwhile must not give the next call more time than the first had.
      const timeoutMs = Math.max(1, Math.min(call.timeoutMs, Math.ceil(deadline - policy.now())))
      const outcome = await settle(transport({ ...call, timeoutMs }))
      const pause = retry < policy.retries ? pauseAfter(outcome, retry, policy) : null
      if (pause === null || policy.now() + pause >= deadline) return unwrap(outcome)
      await policy.wait(pause)
    }
  }
}

type Outcome = { answer: TransportAnswer } | { cause: unknown }

async function settle(answer: Promise<TransportAnswer>): Promise<Outcome> {
  return answer.then(
    (value) => ({ answer: value }),
    (cause: unknown) => ({ cause }),
  )
}

function unwrap(outcome: Outcome): TransportAnswer {
  if ('answer' in outcome) return outcome.answer
  throw outcome.cause
}

/** In ms; null when calling again is of no use. */
function pauseAfter(outcome: Outcome, retry: number, policy: Retries): number | null {
  // Full jitter, so that those who failed together do not come back together.
  const jitter = () => fraction(policy.random) * FIRST_PAUSE_MS * 2 ** retry
  if ('cause' in outcome && outcome.cause instanceof NotSent) return jitter()
  if (policy.repeats === 'unsent') return null
  if ('cause' in outcome) return isTimeout(outcome.cause) ? null : jitter()
  const { status, headers } = outcome.answer
  if (status !== 429 && status < 500) return null
  const asked = readRetryAfter(headers.get('retry-after'), policy.now())
  return asked > LONGEST_PAUSE_MS ? null : Math.max(asked, jitter())
}

/** It has used up the time that the call had. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError'
}

/** In ms from now, from seconds or an HTTP date; 0 for what lies in the past or cannot be read. */
function readRetryAfter(text: string | null, now: number): number {
  if (text === null) return 0
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return ms > 0 ? ms : 0
}

/** From 0 up to, not including, 1. */
export function fraction(random: Retries['random']): number {
  const bytes = new Uint8Array(2)
  random(bytes)
  return ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) / 65_536
}
