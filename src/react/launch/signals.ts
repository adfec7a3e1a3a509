import { SIGNAL_CHANNEL } from '../../core/contract.ts'
import type { FlowSignal } from '../../core/contract.ts'

/**
 * Calls `look` whenever the answer of the proxy may have changed: a message from the return page, this window getting
 * back into view or online. None of these is believed; each only means "ask now". Returns its own undo.
 */
export function onSignal(look: () => void): () => void {
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.origin === window.location.origin && isSignal(event.data)) look()
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') look()
  }
  const channel = openChannel()
  channel?.addEventListener('message', onMessage)
  window.addEventListener('message', onMessage)
  window.addEventListener('focus', look)
  window.addEventListener('online', look)
  window.addEventListener('pageshow', look)
  document.addEventListener('visibilitychange', onVisible)
  return () => {
    channel?.close()
    window.removeEventListener('message', onMessage)
    window.removeEventListener('focus', look)
    window.removeEventListener('online', look)
    window.removeEventListener('pageshow', look)
    document.removeEventListener('visibilitychange', onVisible)
  }
}

/** Tells the window that opened this one, and every other of this origin, to look. */
export function sendSignal(flow: string): void {
  const signal: FlowSignal = { type: 'astra-onboarding', flow }
  const opener = window.opener as Window | null
  opener?.postMessage(signal, window.location.origin)
  const channel = openChannel()
  // The channel comes back to this very window; without one, that is all that is left.
  if (channel) channel.postMessage(signal)
  else window.dispatchEvent(new MessageEvent('message', { data: signal, origin: window.location.origin }))
  channel?.close()
}

function isSignal(data: unknown): data is FlowSignal {
  return typeof data === 'object' && data !== null && (data as FlowSignal).type === 'astra-onboarding'
}

/** Absent in old browsers and forbidden in some private windows: an accelerator only. */
function openChannel(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(SIGNAL_CHANNEL)
  } catch {
    return null
  }
}
