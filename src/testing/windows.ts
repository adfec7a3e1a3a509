/** A window that does not exist: it knows where it was sent and whether it is closed. */
export interface FakeWindow {
  /** Where it was sent last; empty while it is blank. */
  readonly address: string
  readonly closed: boolean
  close(): void
}

/** The windows that a page has opened. */
export interface FakeWindows {
  /** All that were opened, oldest first. */
  readonly opened: readonly FakeWindow[]
  /** @throws Error when the page has opened none */
  readonly newest: FakeWindow
  /** From now on the browser blocks windows, so that the widget goes by redirect. */
  block(): void
  /** Windows open again. */
  allow(): void
}

/**
 * Stands in for `window.open`: in jsdom and happy-dom there are no windows, and in a real browser a window would not
 * find the proxy. Without a page, as in plain Node, nothing is put in place.
 */
export function createWindows(): FakeWindows & { clear(): void; remove(): void } {
  const opened: FakeWindow[] = []
  const page = globalThis as { open?: typeof window.open }
  const original = page.open
  let isBlocked = false

  function open(): Window | null {
    if (isBlocked) return null
    const state = { address: '', closed: false }
    const close = () => void (state.closed = true)
    const go = (address: string | URL) => void (state.address = String(address))
    opened.push({
      get address() {
        return state.address
      },
      get closed() {
        return state.closed
      },
      close,
    })
    return {
      get closed() {
        return state.closed
      },
      location: { replace: go, assign: go },
      focus: () => {},
      close,
    } as unknown as Window
  }

  if (typeof window !== 'undefined') page.open = open
  return {
    opened,
    get newest() {
      const window = opened.at(-1)
      if (!window) throw new Error('[astra] The page has opened no window.')
      return window
    },
    block: () => void (isBlocked = true),
    allow: () => void (isBlocked = false),
    clear: () => {
      opened.length = 0
      isBlocked = false
    },
    remove: () => {
      if (page.open === open) page.open = original as typeof window.open
    },
  }
}
