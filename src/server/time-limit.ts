/**
 * What `work` comes to, or `late` once so many ms are over, which may answer or throw. The work goes on by itself: what
 * ends it, like a signal or a closed connection, is the caller's. The timer ends with the wait.
 */
export async function within<T, L>(ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const overdue = new Promise<void>((ring) => {
    timer = setTimeout(ring, ms)
  })
  try {
    return await Promise.race([work, overdue.then(late)])
  } finally {
    clearTimeout(timer)
  }
}
