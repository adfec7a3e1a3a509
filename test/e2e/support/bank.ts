import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'

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
}

export interface BankOptions {
  /** Switches of the simulator. */
  simulator: Record<string, unknown>
  /** Path and query of a redirect URI that is a page of the bank's own; empty for the ready-made one. */
  redirectPage: string
  /** JavaScript that the server's process runs before anything else. */
  preload?: string
}

export const test = base.extend<{ bank: Bank; bankOptions: BankOptions }>({
  bankOptions: [{ simulator: {}, redirectPage: '' }, { option: true }],
  bank: async ({ bankOptions }, use) => {
    const data = mkdtempSync(join(tmpdir(), 'fernhill-'))
    const [port, simulatorPort] = [await freePort(), await freePort()]
    const origin = `http://localhost:${port}`
    let output = ''
    const env = {
      ...process.env,
      PORT: String(port),
      SIMULATOR_PORT: String(simulatorPort),
      DEMO_DATA: data,
      SIMULATOR_OPTIONS: JSON.stringify(bankOptions.simulator),
      ...(bankOptions.preload && { NODE_OPTIONS: `--import ${moduleOf(bankOptions.preload)}` }),
      ...(bankOptions.redirectPage && { ASTRA_REDIRECT_URI: origin + bankOptions.redirectPage }),
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
    let child = await start()
    await use({
      origin,
      simulatorOrigin: `http://127.0.0.1:${simulatorPort}`,
      data,
      log: () => output,
      restart: async () => {
        await stop(child)
        child = await start()
      },
    })
    await stop(child)
    rmSync(data, { recursive: true, force: true })
  },
  baseURL: async ({ bank }, use) => use(bank.origin),
})

export { expect } from '@playwright/test'

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

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
