/** A route as faults and the request log name it, like `POST /v1/oauth/token` or `GET /v1/user_intent/:id`. */
export type ApiRoute =
  | 'POST /v1/user_intent'
  | 'GET /v1/user_intent/:id'
  | 'POST /v1/oauth/token'
  | 'GET /v1/user'
  | 'GET /v1/cards'

/** What goes wrong with the next request of a route. */
export type Fault =
  /** Answered with this status; nothing happened. */
  | { status: number; body?: unknown }
  /** The connection breaks before Astra saw the request. */
  | { network: 'before' }
  /** The connection breaks after Astra acted: the effect stays, the answer is lost. */
  | { network: 'after' }

/** Queues of faults, one per route. */
export interface FaultQueue {
  add(route: ApiRoute, fault: Fault): void
  take(route: ApiRoute): Fault | undefined
}

export function faultQueue(): FaultQueue {
  const queued: { route: ApiRoute; fault: Fault }[] = []
  return {
    add: (route, fault) => void queued.push({ route, fault }),
    take: (route) => {
      const index = queued.findIndex((entry) => entry.route === route)
      return index < 0 ? undefined : queued.splice(index, 1)[0]?.fault
    },
  }
}

/** Answers a request through a fault, if one is due. A broken connection throws, as `fetch` does. */
export async function throughFault(
  fault: Fault | undefined,
  act: () => Promise<Response>,
): Promise<Response> {
  if (!fault) return act()
  if ('status' in fault) return Response.json(fault.body ?? { code: fault.status }, { status: fault.status })
  if (fault.network === 'after') await act()
  throw new TypeError('fetch failed')
}
