#!/usr/bin/env node
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { toNodeHandler } from './node/to-node-handler.ts'
import { withControl } from './simulator/control.ts'
import { createAstraSimulator } from './simulator/index.ts'
import type { SimulatorState } from './simulator/index.ts'

const DEFAULT_REDIRECT_URI = 'http://localhost:3000/api/astra/return'

const USAGE = `Usage: astra-onboarding simulator [options]

Starts a simulator of Astra, API and hosted screens, on 127.0.0.1.

  --port PORT            default 4010
  --redirect-uri URI     a registered redirect URI; may be given several times
                         default ${DEFAULT_REDIRECT_URI}
  --webhook-url URL      sends webhooks there, like http://localhost:3000/api/astra/webhook
  --control              for tests: lets programs on this computer read and steer it below /simulator/
  --data FILE            keeps what the simulator knows over restarts
  --help
`

/** What a command line asks for, or what to tell its author. */
type Command =
  { name: 'simulator'; port: number; options: SimulatorCommand } | { name: 'usage'; problem: string | null }

interface SimulatorCommand {
  redirectUris: string[]
  webhookUrl: string | undefined
  control: boolean
  data: string | undefined
}

const WEBHOOK_INTERVAL_MS = 250

/** What was asked for is understood and cannot be done; the message says why in one line, and what to do. */
class Problem extends Error {}

try {
  run(readCommand(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function run(command: Command): void {
  if (command.name === 'simulator') return startSimulator(command)
  if (command.problem) console.error(`${command.problem}\n`)
  console.log(USAGE)
  process.exitCode = command.problem ? 2 : 0
}

function readCommand(words: string[]): Command {
  const understood = parse(words)
  if (typeof understood === 'string') return { name: 'usage', problem: understood }
  const { values, positionals } = understood
  if (values.help) return { name: 'usage', problem: null }
  if (positionals.join(' ') !== 'simulator')
    return { name: 'usage', problem: 'The only command is `simulator`.' }
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Problem(`--port: "${values.port}" is no port. Give a number from 0 to 65535.`)
  }
  const { control, data, 'webhook-url': webhookUrl, 'redirect-uri': redirectUris } = values
  for (const uri of redirectUris) demandAddress('--redirect-uri', uri, DEFAULT_REDIRECT_URI)
  if (webhookUrl !== undefined) {
    demandAddress('--webhook-url', webhookUrl, 'http://localhost:3000/api/astra/webhook')
  }
  return { name: 'simulator', port, options: { redirectUris, webhookUrl, control, data } }
}

/** Options and words; what is wrong with them when they are not understood. */
function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '4010' },
        'redirect-uri': { type: 'string', multiple: true, default: [DEFAULT_REDIRECT_URI] },
        'webhook-url': { type: 'string' },
        control: { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return (error as Error).message
  }
}

/** `localhost:3000/r` is a URL, too, of the scheme `localhost`. */
function demandAddress(option: string, text: string, example: string): void {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return
  throw new Problem(`${option}: "${text}" is no http(s) address. Give the whole of it, like ${example}.`)
}

function startSimulator({ port, options }: Extract<Command, { name: 'simulator' }>): void {
  const { redirectUris, webhookUrl, control, data } = options
  const simulator = createAstraSimulator({
    redirectUris,
    ...(webhookUrl && { webhooks: { url: webhookUrl } }),
    ...(data && readState(data)),
    ...(data && { onChange: (state: SimulatorState) => writeState(data, state) }),
  })
  if (webhookUrl) setInterval(() => void simulator.webhooks.deliver(), WEBHOOK_INTERVAL_MS)
  const answer = control ? withControl(simulator) : simulator.fetch
  const server = createServer((incoming, outgoing) => {
    toNodeHandler((request) =>
      answer(request).catch(() => {
        // A broken connection, as a fault asks for it, and not a status.
        incoming.socket.destroy()
        return new Response()
      }),
    )(incoming, outgoing)
  })
  server.once('error', ({ code }: NodeJS.ErrnoException) => {
    const reason =
      code === 'EADDRINUSE'
        ? 'is taken: does a simulator run already? Stop it, or'
        : `cannot be had (${code}):`
    console.error(`Port ${port} ${reason} choose another with --port.`)
    // At once: webhooks have an interval that would go on.
    process.exit(1)
  })
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    const actual = typeof address === 'object' && address ? address.port : port
    console.log(`Astra simulator on http://127.0.0.1:${actual}`)
    console.log(`Redirect URIs: ${redirectUris.join(', ')}`)
  })
}

function readState(file: string): { state?: SimulatorState } {
  let text: string
  try {
    // Makes the file where there is none, so that one that cannot be written is told of now and not at a request.
    appendFileSync(file, '')
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem(unusable(file, error))
  }
  if (text === '') return {}
  const state = parseState(text)
  if (state) return { state }
  throw new Problem(
    `--data: ${file} is not what a simulator has written. Delete it to begin anew, or name another file.`,
  )
}

/** Null for what is no state; of a state all is lists but the time. */
function parseState(text: string): SimulatorState | null {
  try {
    const state = JSON.parse(text) as SimulatorState
    const { clockOffset, ...lists } = state
    return typeof clockOffset === 'number' && Object.values(lists).every(Array.isArray) ? state : null
  } catch {
    return null
  }
}

/** A request is answered all the same: what the simulator knows is still there. */
function writeState(file: string, state: SimulatorState): void {
  try {
    writeFileSync(file, JSON.stringify(state))
  } catch (error) {
    console.error(unusable(file, error))
  }
}

function unusable(file: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return `--data: ${file} cannot be read and written (${code}). Name a file in a folder that exists.`
}
