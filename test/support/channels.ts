import { vi } from 'vitest'

/** `BroadcastChannel` as browsers have it: Node's does not say of which origin a message is. */
export function stubChannels(): { open: () => number } {
  const channels = new Set<Channel>()
  class Channel extends EventTarget {
    readonly name: string
    constructor(name: string) {
      super()
      this.name = name
      channels.add(this)
    }
    postMessage(data: unknown) {
      for (const other of channels) {
        if (other === this || other.name !== this.name) continue
        other.dispatchEvent(new MessageEvent('message', { data, origin: window.location.origin }))
      }
    }
    close() {
      channels.delete(this)
    }
  }
  vi.stubGlobal('BroadcastChannel', Channel)
  return { open: () => channels.size }
}
