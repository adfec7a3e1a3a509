import type { Configuration } from './configuration.ts'
import type { CustomerRoute, Route } from './context.ts'
import { postComplete } from './routes/complete.ts'
import { getCustomer } from './routes/customers.ts'
import { postFlows } from './routes/flows.ts'
import { getReturn } from './routes/return.ts'
import { getStart } from './routes/start.ts'
import { getStatus } from './routes/status.ts'
import { postUserIntents } from './routes/user-intents.ts'
import { postWebhook } from './routes/webhook.ts'

/**
 * Who may call a route. `browser`: the flow's own browser, by cookie; a navigation carries no other proof. `signature`
 * and `bearer`: Astra.
 */
type Guarded =
  | { guard: 'customer'; handle: CustomerRoute }
  | { guard: 'browser' | 'signature' | 'bearer' | 'none'; handle: Route }

type RouteRow = Guarded & {
  /** As the log has it, like `GET /flows/:id/start`. */
  name: string
  method: 'GET' | 'POST'
  path: RegExp
  /** Whether a script calls it, so that a forged call from another site can be told and refused. */
  caller: 'script' | 'navigation' | 'server'
}

const ROWS: readonly (Guarded & Omit<RouteRow, 'name' | keyof Guarded>)[] = [
  { method: 'GET', path: /^\/status$/, guard: 'customer', caller: 'script', handle: getStatus },
  { method: 'POST', path: /^\/user-intents$/, guard: 'customer', caller: 'script', handle: postUserIntents },
  { method: 'POST', path: /^\/flows$/, guard: 'customer', caller: 'script', handle: postFlows },
  { method: 'POST', path: /^\/flows\/complete$/, guard: 'browser', caller: 'script', handle: postComplete },
  {
    method: 'GET',
    path: /^\/flows\/(?<id>[\w-]{1,64})\/start$/,
    guard: 'browser',
    caller: 'navigation',
    handle: getStart,
  },
  { method: 'POST', path: /^\/webhook$/, guard: 'signature', caller: 'server', handle: postWebhook },
  {
    method: 'GET',
    path: /^\/customers\/(?<id>[^/]{1,600})$/,
    guard: 'bearer',
    caller: 'server',
    handle: getCustomer,
  },
  { method: 'GET', path: /^\/return$/, guard: 'none', caller: 'navigation', handle: getReturn },
]

/** The whole surface of the proxy; one row a path. */
export const ROUTE_TABLE: readonly RouteRow[] = ROWS.map((row) => {
  const path = row.path.source.replaceAll('\\', '').replace(/\(\?<(\w+)>[^)]*\)/, ':$1')
  return { ...row, name: `${row.method} ${path.slice(1, -1)}` }
})

/** The row of a path, and what its pattern leaves open. */
export interface FoundRoute {
  row: RouteRow
  parameters: Record<string, string>
}

export function findRoute(path: string, { basePath }: Configuration): FoundRoute | null {
  if (!path.startsWith(`${basePath}/`)) return null
  const below = path.slice(basePath.length)
  for (const row of ROUTE_TABLE) {
    const match = row.path.exec(below)
    if (match) return { row, parameters: { ...match.groups } }
  }
  return null
}
