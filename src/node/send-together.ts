import { AsyncResource } from 'node:async_hooks'

let waiting: (() => void)[] = []

/**
 * Sends when this turn of the event loop is over, together with whatever else has become ready in it: a peer that waits
 * is then woken once for all answers. On a busy server to wake it for each costs as much as the answers themselves.
 *
 * @param send must not throw
 */
export function sendTogether(send: () => void): void {
  // In the context of its own request: a partner's log and session may ask who that was.
  if (waiting.push(AsyncResource.bind(send)) === 1) setImmediate(sendAll)
}

function sendAll(): void {
  const ready = waiting
  waiting = []
  for (const send of ready) send()
}
