import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A running demo: the built bank, the proxy on SQLite, and the simulator, in a process of its own. */
export interface Bank {
  origin: string
  simulatorOrigin: string
  /** Folder with the database and the simulator's file. */
  data: string
  /** Everything the process printed. */
  log(): string
  /** Kills the process, without a goodbye, and starts another on the same data. */
  restart(): Promise<void>
  /** What comes between the demo and the browser from now on; replaces what was said before. */
  interfere(interference: Interference): Promise<void>
  /** The requests like this one, of every kind. */
  calls(call: RegExp): Promise<string[]>
  /** How many requests like `astra POST /v1/oauth/token` there were since the process began. */
  count(call: RegExp): Promise<number>
}

/** Where a rule applies: a pattern over `bank POST /api/astra/flows` or `astra GET /login/oauth/authorize`. */
type Rule<T> = { on: string } & T

export interface Interference {
  /** Added to the answers; null takes one away. */
  headers?: Rule<{ headers: Record<string, string | null> }>[]
  delays?: Rule<{ ms: number }>[]
  /** Given in place of the handler's. */
  answers?: Rule<{ status: number; body?: string }>[]
  /** How far the process's clock is ahead, in ms. */
  clockAhead?: number
}

export interface BankOptions {
  /** Switches of the simulator. */
  simulator?: Record<string, unknown>
  /** Path and query of a redirect URI that is a page of the bank's own; empty for the ready-made one. */
  redirectPage?: string
  /** JavaScript that the server's process runs before anything else. */
  preload?: string
  interference?: Interference
}

type StartedBank = Bank & { stop(): Promise<void> }

/** Between the search for a free port and its use another test may take it. */
export async function startBank(options: BankOptions): Promise<StartedBank> {
  try {
    return await startOnFreePorts(options)
  } catch (error) {
    if (!String(error).includes('is in use')) throw error
    return startOnFreePorts(options)
  }
}

async function startOnFreePorts(options: BankOptions): Promise<StartedBank> {
  const data = mkdtempSync(join(tmpdir(), 'fernhill-'))
  const [port, simulatorPort] = [await freePort(), await freePort()]
  const origin = `http://localhost:${port}`
  const modules = [join(import.meta.dirname, 'interference.mjs')]
  if (options.preload) modules.push(moduleOf(options.preload))
  let output = ''
  const env = {
    ...process.env,
    PORT: String(port),
    SIMULATOR_PORT: String(simulatorPort),
    DEMO_DATA: data,
    SIMULATOR_OPTIONS: JSON.stringify(options.simulator ?? {}),
    INTERFERENCE: JSON.stringify(options.interference ?? {}),
    NODE_OPTIONS: modules.map((module) => `--import ${module}`).join(' '),
    ...(options.redirectPage && { ASTRA_REDIRECT_URI: origin + options.redirectPage }),
  }
  const start = async () => {
    const child = spawn(process.execPath, ['build/demo/server.js'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const print = (chunk: Buffer) => void (output += chunk.toString())
    child.stdout.on('data', print)
    child.stderr.on('data', print)
    await answering(origin, child, () => output)
    return child
  }
  const calls = async (call: RegExp) => {
    const all = (await (await fetch(`${origin}/interference`)).json()) as string[]
    return all.filter((one) => call.test(one))
  }
  let child = await start()
  return {
    origin,
    simulatorOrigin: `http://127.0.0.1:${simulatorPort}`,
    data,
    log: () => output,
    restart: async () => {
      await end(child)
      child = await start()
    },
    interfere: async (interference) => {
      await fetch(`${origin}/interference`, { method: 'POST', body: JSON.stringify(interference) })
    },
    calls,
    count: async (call) => (await calls(call)).length,
    stop: async () => {
      await end(child)
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function moduleOf(script: string): string {
  return `data:text/javascript;base64,${Buffer.from(script).toString('base64')}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

async function answering(origin: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`the demo server ended: ${log()}`)
    const response = await fetch(origin).catch(() => null)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the demo server does not answer: ${log()}`)
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
