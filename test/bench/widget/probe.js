// Runs in the page before anything else and writes down what happens.
const probe = {
  clickedAt: 0,
  usableAt: 0,
  durations: [],
  latencies: [],
  longTasks: [],
  commits: 0,
  fields: 0,
}
globalThis.probe = probe

addEventListener('click', (event) => (probe.clickedAt ||= event.timeStamp), { capture: true })

const watcher = new MutationObserver(() => {
  if (!document.querySelector('dialog form input:enabled')) return
  watcher.disconnect()
  // After the frame that shows it.
  requestAnimationFrame(() => setTimeout(() => (probe.usableAt = performance.now())))
})
watcher.observe(document, { childList: true, subtree: true })

// The browser's own durations below come in steps of 8 ms, which is a third of what they measure.
addEventListener(
  'keydown',
  ({ timeStamp }) =>
    requestAnimationFrame(() => afterFrame(() => probe.latencies.push(performance.now() - timeStamp))),
  { capture: true },
)

function afterFrame(then) {
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', then, { once: true })
  port1.start()
  port2.postMessage(null)
}

new PerformanceObserver((list) => {
  for (const { name, duration } of list.getEntries())
    if (/^key|^input$/.test(name)) probe.durations.push(duration)
}).observe({ type: 'event', durationThreshold: 16 })
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) probe.longTasks.push({ startTime, duration })
}).observe({ type: 'longtask' })

// What React's developer tools use; production builds call it, too.
globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
  supportsFiber: true,
  checkDCE() {},
  inject: () => 1,
  onCommitFiberUnmount() {},
  onPostCommitFiberRoot() {},
  onCommitFiberRoot(_, { current }) {
    probe.commits += 1
    if (current.alternate) countFields(current, current.alternate)
  },
}

/** Goes down where something changed; counts the components of our fields that ran. */
function countFields(fiber, before) {
  const PERFORMED_WORK = 1
  if (typeof fiber.type === 'function' && fiber.flags & PERFORMED_WORK && fiber.memoizedProps.field)
    probe.fields += 1
  if (fiber.child === before.child) return
  for (let child = fiber.child; child; child = child.sibling)
    if (child.alternate) countFields(child, child.alternate)
}
