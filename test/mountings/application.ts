import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { APPLICATIONS } from './pack.ts'

/** A partner's application in a process of its own. */
export interface Application {
  origin: string
  /** Everything it printed. */
  log(): string
  stop(): Promise<void>
}

/** How an application begins: a program and its arguments, in the folder of that name. */
export interface Start {
  folder: string
  program: string
  words: readonly string[]
  env?: Record<string, string>
}

const PORT = /(?:127\.0\.0\.1:|"port":)(\d+)/

/** Starts an application on a port of its own choice, and waits until it says which one. */
export async function startApplication(
  { folder, program, words, env: own }: Start,
  env: Record<string, string>,
): Promise<Application> {
  const child = spawn(program, words, {
    cwd: join(APPLICATIONS, folder),
    env: { PATH: process.env['PATH'], NEXT_TELEMETRY_DISABLED: '1', ...env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let output = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const port = PORT.exec(output)?.[1]
      if (port) resolve(`http://127.0.0.1:${port}`)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    void exited.then(() => reject(new Error(`${program} ${words.join(' ')} has ended:\n${output}`)))
  })
  return {
    origin,
    log: () => output,
    stop: async () => {
      // At once: some wait for requests that never end.
      child.kill('SIGKILL')
      await exited
    },
  }
}
