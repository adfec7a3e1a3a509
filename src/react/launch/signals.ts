import { SIGNAL_CHANNEL } from '../../core/contract.ts'
import type { FlowSignal } from '../../core/contract.ts'

/** A window that comes to the front tells so in several ways at once, and any script of the page can send messages. */
const PAUSE_MS = 250

/**
 * Calls `look` whenever the answer of the proxy may have changed: a message from the return page, this window getting
 * back into view or online. None of these is believed; each only means "ask now", and many mean no more than one, at
 * once and again at the end of a short pause. Returns its own undo.
 */
export function onSignal(lookNow: () => void): () => void {
  let pause: ReturnType<typeof setTimeout> | undefined
  let isDue = false
  const look = () => {
    isDue = true
    if (pause === undefined) lookAndPause()
  }
  const lookAndPause = () => {
    pause = undefined
    if (!isDue) return
    isDue = false
    lookNow()
    pause = setTimeout(lookAndPause, PAUSE_MS)
  }
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.origin === window.location.origin && isSignal(event.data)) look()
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') look()
  }
  // Has the `signal` that the options of a listener may have.
  const listening = new AbortController()
  const channel = openChannel()
  channel?.addEventListener('message', onMessage)
  window.addEventListener('message', onMessage, listening)
  for (const name of ['focus', 'online', 'pageshow']) window.addEventListener(name, look, listening)
  document.addEventListener('visibilitychange', onVisible, listening)
  // Phones freeze a page behind another window.
  document.addEventListener('resume', look, listening)
  return () => {
    clearTimeout(pause)
    channel?.close()
    listening.abort()
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
