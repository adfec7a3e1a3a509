#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { toNodeHandler } from './node/to-node-handler.ts'
import { withControl } from './simulator/control.ts'
import { createAstraSimulator } from './simulator/index.ts'
import type { SimulatorState } from './simulator/index.ts'

const USAGE = `Usage: astra-onboarding simulator [options]

Starts a simulator of Astra, API and hosted screens, on 127.0.0.1.

  --port PORT            default 4010
  --redirect-uri URI     a registered redirect URI; may be given several times
                         default http://localhost:3000/api/astra/return
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

const command = readCommand(process.argv.slice(2))
if (command.name === 'usage') {
  if (command.problem) console.error(`${command.problem}\n`)
  console.log(USAGE)
  process.exitCode = command.problem ? 2 : 0
} else {
  startSimulator(command)
}

function readCommand(words: string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '4010' },
        'redirect-uri': {
          type: 'string',
          multiple: true,
          default: ['http://localhost:3000/api/astra/return'],
        },
        'webhook-url': { type: 'string' },
        control: { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { name: 'usage', problem: null }
    if (positionals.join(' ') !== 'simulator')
      return { name: 'usage', problem: 'The only command is `simulator`.' }
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      return { name: 'usage', problem: `--port: ${values.port} is not a port.` }
    }
    const webhookUrl = values['webhook-url']
    if (webhookUrl !== undefined && !URL.canParse(webhookUrl)) {
      return { name: 'usage', problem: `--webhook-url: ${webhookUrl} is not a URL.` }
    }
    const { control, data, 'redirect-uri': redirectUris } = values
    return { name: 'simulator', port, options: { redirectUris, webhookUrl, control, data } }
  } catch (error) {
    return { name: 'usage', problem: (error as Error).message }
  }
}

function startSimulator({ port, options }: Extract<Command, { name: 'simulator' }>): void {
  const { redirectUris, webhookUrl, control, data } = options
  const simulator = createAstraSimulator({
    redirectUris,
    ...(webhookUrl && { webhooks: { url: webhookUrl } }),
    ...(data && readState(data)),
    ...(data && { onChange: (state: SimulatorState) => writeFileSync(data, JSON.stringify(state)) }),
  })
  if (webhookUrl) setInterval(() => void simulator.webhooks.deliver(), WEBHOOK_INTERVAL_MS)
  const answer = control ? withControl(simulator) : simulator.fetch
  const server = createServer((incoming, outgoing) => {
    toNodeHandler((request) =>
      answer(request).catch((error: unknown) => {
        // A broken connection, as a fault asks for it, and not a status.
        incoming.socket.destroy()
        throw error
      }),
    )(incoming, outgoing)
  })
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    const actual = typeof address === 'object' && address ? address.port : port
    console.log(`Astra simulator on http://127.0.0.1:${actual}`)
    console.log(`Redirect URIs: ${redirectUris.join(', ')}`)
  })
}

function readState(file: string): { state?: SimulatorState } {
  try {
    return { state: JSON.parse(readFileSync(file, 'utf8')) as SimulatorState }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
