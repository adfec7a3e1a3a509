// A process that can be asked things, and killed.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a file of this folder. `ask` calls one of what it {@link serve}s; when it dies, every answer due is a rejection. */
export function start(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { serialization: 'advanced' })
  const due = new Map()
  const points = []
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of due.values()) reject(new Error(`${file} is gone (${signal ?? code})`))
      due.clear()
      resolve(signal ?? code)
    })
  })
  let last = 0
  child.on('message', ({ id, value, error, point }) => {
    if (point) return void points.push(point)
    const { resolve, reject } = due.get(id)
    due.delete(id)
    if (error) reject(new Error(error))
    else resolve(value)
  })
  return {
    exited,
    /** Names of the points that were passed, as far as they were told. */
    points,
    ask: (name, ...values) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return void reject(new Error(`${file} is gone`))
        const id = ++last
        due.set(id, { resolve, reject })
        child.send({ id, name, values }, (failure) => failure && reject(failure))
      }),
    kill: () => {
      child.kill('SIGKILL')
      return exited
    },
  }
}

/** The other side: answers with these functions, and ends with whoever asks. */
export function serve(functions) {
  process.on('message', async ({ id, name, values }) => {
    try {
      process.send({ id, value: await functions[name](...values) })
    } catch (error) {
      process.send({ id, error: error.message })
    }
  })
  process.once('disconnect', () => process.exit())
}
