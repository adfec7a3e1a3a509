interface NodeUtil {
  transferableAbortController(): AbortController
}

/**
 * jsdom puts an `AbortSignal` of its own in place of Node's, and Node's `fetch` takes no other: with some test runners
 * every request of the widget would fail. Makes `AbortSignal.timeout` give Node's again; answers how to undo it.
 */
export function giveNativeSignals(): () => void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (id: string) => NodeUtil | undefined } }
  const native = process?.getBuiltinModule?.('node:util')?.transferableAbortController().signal.constructor
  if (!native || native === AbortSignal) return () => {}
  const Native = native as typeof AbortSignal
  const { timeout, any } = Object.getOwnPropertyDescriptors(AbortSignal)
  // Without `any` the widget joins no signals; those of others are jsdom's, and do not fit.
  Object.assign(AbortSignal, { timeout: (ms: number) => Native.timeout(ms), any: undefined })
  return () => void Object.defineProperties(AbortSignal, { timeout, any })
}
