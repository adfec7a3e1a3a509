import { QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import type { Goal } from '../core/next-step.ts'
import { useLatest } from './early-effects.ts'
import { createProxyClient } from './proxy-client.ts'
import type { ProxyClient } from './proxy-client.ts'

/** Where the proxy is, and how the partner's app authenticates to it. */
export interface ConnectionOptions {
  /** Where the proxy is mounted: a path, or a URL where it is on another origin. Default `/api/astra`. */
  basePath?: string | undefined
  /** Extra headers for the proxy, like a bearer token of the partner's own session. Asked anew for each call. */
  headers?: (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  /** Default `same-origin`. */
  credentials?: RequestCredentials | undefined
  /** Shares the host's TanStack Query client. Default: one of its own. */
  queryClient?: QueryClient | undefined
  /** What is wanted: an authorization, or one more debit card after it. Default `onboard`. */
  goal?: Goal | undefined
}

/** The proxy's client, and the query client that keeps its answers. */
export interface Connection {
  client: ProxyClient
  queryClient: QueryClient
  basePath: string
  goal: Goal
  /** Two components with the same key share their answers. */
  key: readonly [string, string, Goal]
}

export function useConnection(options: ConnectionOptions): Connection {
  const { basePath = DEFAULT_BASE_PATH, credentials, goal = 'onboard' } = options
  const headersRef = useLatest(options.headers)
  const queryClient = useQueryClientOr(options.queryClient)
  const client = useMemo(
    () => createProxyClient({ basePath, credentials, goal, headers: () => headersRef.current?.() ?? {} }),
    [basePath, credentials, goal, headersRef],
  )
  return { client, queryClient, basePath, goal, key: ['astra-onboarding', basePath, goal] }
}

let shared: QueryClient | null = null

/** One for the whole page; on a server one for each render, because answers belong to one customer. */
function privateClient(): QueryClient {
  if (typeof window === 'undefined') return new QueryClient()
  return (shared ??= new QueryClient())
}

/** The host's client where it gives one, else one of our own, so that no provider is needed. */
function useQueryClientOr(given: QueryClient | undefined): QueryClient {
  const [own] = useState(privateClient)
  useEffect(() => {
    if (given) return
    own.mount()
    return () => own.unmount()
  }, [given, own])
  return given ?? own
}
