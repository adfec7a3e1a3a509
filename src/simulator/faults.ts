/** A route as faults and the request log name it, like `POST /v1/oauth/token` or `GET /v1/user_intent/:id`. */
export type ApiRoute =
  | 'POST /v1/user_intent'
  | 'GET /v1/user_intent/:id'
  | 'POST /v1/oauth/token'
  | 'GET /v1/user'
  | 'GET /v1/cards'
  | 'POST /v1/business_profile'
  | 'GET /v1/business_profile/:id'
  | 'POST /v1/partner/identity/verification'

/** What goes wrong with a request of a route. */
export type Fault = {
  /** ms until the answer, or until it fails; what Astra does, it has done before. */
  latency?: number
} & (
  | { latency: number }
  /** Answered with this status and headers like `{ 'retry-after': '30' }`; nothing happened. */
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** No connection; or it breaks, before Astra saw the request or after it acted. */
  | { network: 'refused' | 'before' | 'after' }
  /** Astra acted, and half of the answer arrives. */
  | { truncated: true }
  /** No answer until the caller's signal gives up; with `after`, Astra acted. */
  | { silence: 'before' | 'after' }
)

/** How often a fault strikes. */
export type FaultTimes = number | 'until-cleared'

/** Queues of faults, one per route. */
export interface FaultQueue {
  add(route: ApiRoute, fault: Fault, times: FaultTimes): void
  take(route: ApiRoute): Fault | undefined
  clear(route?: ApiRoute): void
}

export function faultQueue(): FaultQueue {
  let queued: { route: ApiRoute; fault: Fault; left: number }[] = []
  return {
    add: (route, fault, times) =>
      void queued.push({ route, fault, left: times === 'until-cleared' ? Infinity : times }),
    take: (route) => {
      const entry = queued.find((one) => one.route === route && one.left > 0)
      if (entry) entry.left -= 1
      queued = queued.filter(({ left }) => left > 0)
      return entry?.fault
    },
    clear: (route) => void (queued = route ? queued.filter((entry) => entry.route !== route) : []),
  }
}

/** Waits that many ms. */
export type Wait = (ms: number) => Promise<void>

/** Answers a request through a fault, if one is due. A broken connection throws, as `fetch` does. */
export async function throughFault(
  fault: Fault | undefined,
  act: () => Response | Promise<Response>,
  { signal, wait }: { signal: AbortSignal; wait: Wait },
): Promise<Response> {
  if (!fault) return act()
  const pause = async () => {
    if (fault.latency) await unlessAborted(wait(fault.latency), signal)
  }
  if ('status' in fault) {
    const { status, body = { code: status }, headers = {} } = fault
    await pause()
    return Response.json(body, { status, headers })
  }
  if ('network' in fault) {
    if (fault.network === 'after') await act()
    await pause()
    const code = fault.network === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET'
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
  }
  if ('silence' in fault) {
    if (fault.silence === 'after') await act()
    return unlessAborted(new Promise<never>(() => {}), signal)
  }
  const response = await act()
  await pause()
  return 'truncated' in fault ? firstHalf(response) : response
}

async function firstHalf(response: Response): Promise<Response> {
  const text = await response.text()
  return new Response(text.slice(0, text.length / 2), response)
}

/** Rejects as `fetch` does when its caller gives up first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error)
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
    promise.then(resolve, reject)
  })
}
