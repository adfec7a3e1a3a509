'use client'
import { useCallback, useEffect, useState } from 'react'
import type { StatusAnswer } from '../core/contract.ts'
import type { HostedFlowReason, OnboardingStep } from '../core/next-step.ts'
import { useLatest } from './early-effects.ts'
import { onSignal } from './launch/signals.ts'
import { createPollingSchedule, WATCH_INTERVAL_MS } from './polling.ts'
import { isSignedOut } from './proxy-client.ts'
import { useStatusQuery } from './status-query.ts'
import { useConnection } from './use-connection.ts'
import type { ConnectionOptions } from './use-connection.ts'

/**
 * What a page has to know of a customer.
 *
 * | Status             | Meaning                                                                    |
 * | ------------------ | -------------------------------------------------------------------------- |
 * | `loading`          | not known yet                                                              |
 * | `needs-onboarding` | has not been through it, or not to the end                                 |
 * | `pending`          | Astra is checking; nothing to do                                           |
 * | `action-needed`    | has to correct a detail or send a photo ID                                 |
 * | `ready`            | may move money                                                             |
 * | `reauthorize`      | the authorization has ended                                                |
 * | `stopped`          | rejected, suspended, or given up; only support can help                    |
 * | `unreachable`      | the proxy does not answer, and has not yet, or nobody is signed in         |
 */
export type AstraStatus =
  | 'loading'
  | 'needs-onboarding'
  | 'pending'
  | 'action-needed'
  | 'ready'
  | 'reauthorize'
  | 'stopped'
  | 'unreachable'

const BY_STEP = {
  'collect-profile': 'needs-onboarding',
  wait: 'pending',
  stopped: 'stopped',
  complete: 'ready',
} as const satisfies Record<Exclude<OnboardingStep['name'], 'hosted-flow'>, AstraStatus>

const BY_REASON = {
  'first-time': 'needs-onboarding',
  again: 'reauthorize',
  correction: 'action-needed',
  document: 'action-needed',
  'document-sent': 'pending',
  // Everything but the card is done.
  card: 'ready',
} as const satisfies Record<HostedFlowReason, AstraStatus>

function statusOf(step: OnboardingStep): AstraStatus {
  return step.name === 'hosted-flow' ? BY_REASON[step.reason] : BY_STEP[step.name]
}

/** Answer of {@link useAstraStatus}. */
export interface AstraStatusAnswer {
  status: AstraStatus
  /** Asks again, as after an answer of your own backend that says that the authorization has ended. */
  refresh: () => void
}

/**
 * Where the customer stands, without any markup: for the label of a button, a banner, a menu. Asks the proxy when it
 * is mounted, while Astra is checking, when the window comes back into view, and once a minute while it is in view.
 *
 * @example
 * const { status } = useAstraStatus()
 * if (status === 'reauthorize') return <Banner>Confirm once more to go on moving money.</Banner>
 */
export function useAstraStatus(options: ConnectionOptions = {}): AstraStatusAnswer {
  const { client, queryClient, key } = useConnection(options)
  const queryKey = [...key, 'status']
  const queryKeyRef = useLatest(queryKey)
  const [schedule] = useState(() => createPollingSchedule())
  // What others on the page knew when this came: perhaps of the person before. Null: StrictMode mounts twice, and a read
  // that began with the first would be ended and asked again.
  const [earlier, setEarlier] = useState<{ answer: StatusAnswer | undefined } | null>(null)
  const { data, error, refetch } = useStatusQuery(
    {
      queryKey,
      // Ends with the last who waits for it. A new object each time, by which an answer is told from an earlier one.
      queryFn: async ({ signal }) => ({ ...(await client.status(null, signal)) }),
      structuralSharing: false,
      enabled: earlier !== null,
      refetchInterval: ({ state }) =>
        state.data?.step.name === 'wait'
          ? schedule.delayAfter(`${state.dataUpdatedAt}/${state.errorUpdatedAt}`)
          : WATCH_INTERVAL_MS,
    },
    queryClient,
  )
  const refresh = useCallback(() => {
    schedule.restart()
    void refetch()
  }, [refetch, schedule])
  useEffect(
    () => setEarlier({ answer: queryClient.getQueryData(queryKeyRef.current) }),
    // With another client the key is another, too.
    [client, queryClient, queryKeyRef],
  )
  useEffect(() => {
    // What is on its way may have been asked for the person before, too.
    if (earlier?.answer) void refetch()
  }, [earlier, refetch])
  useEffect(
    () =>
      onSignal(() => {
        schedule.restart()
        // One signal comes to every component of the page, and more than one event may bring it.
        void refetch({ cancelRefetch: false })
      }),
    [refetch, schedule],
  )
  const unknown = error ? 'unreachable' : 'loading'
  // What was known of somebody who is signed out is nobody's any more.
  const isKnown = data && earlier && data !== earlier.answer && !isSignedOut(error)
  return { status: isKnown ? statusOf(data.step) : unknown, refresh }
}
