import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { join } from 'node:path'
import { keepMaintained, toNodeHandler } from 'astra-onboarding/node'
import { createAstraProxy } from 'astra-onboarding/server'
import { createAstraSimulator } from 'astra-onboarding/simulator'
import type { SimulatorOptions, SimulatorState } from 'astra-onboarding/simulator'
import { sqliteStorage } from 'astra-onboarding/storage/sqlite'
import { bankRoutes } from './bank.ts'
import { customerOf } from './session.ts'
import { siteHandler } from './site.ts'

const env = process.env
const port = Number(env['PORT'] ?? 3000)
const simulatorPort = Number(env['SIMULATOR_PORT'] ?? 4010)
const data = env['DEMO_DATA'] ?? '.data'
// Another host than the bank's, so that the two are cross-site as they are in real life.
const simulatorOrigin = `http://127.0.0.1:${simulatorPort}`
const redirectUri = env['ASTRA_REDIRECT_URI'] ?? `http://localhost:${port}/api/astra/return`

mkdirSync(data, { recursive: true })
const simulatorFile = join(data, 'simulator.json')

const simulator = createAstraSimulator({
  redirectUris: [redirectUri],
  webhooks: { url: `http://localhost:${port}/api/astra/webhook` },
  ...(JSON.parse(env['SIMULATOR_OPTIONS'] ?? '{}') as Partial<SimulatorOptions>),
  ...readState(),
  onChange: saveState,
})

const proxy = createAstraProxy({
  identify: (request) => {
    const id = customerOf(request.headers.get('cookie'))
    return id ? { id } : null
  },
  storage: sqliteStorage(join(data, 'astra.db')),
  env: {
    ASTRA_ENVIRONMENT: 'simulator',
    ASTRA_SIMULATOR_URL: simulatorOrigin,
    ASTRA_REDIRECT_URI: redirectUri,
  },
  // Every visitor who tries one of them is the same person.
  limits: { creationsPerPersonIn30Days: 10_000 },
})

const astra = toNodeHandler(proxy.fetch)
const bank = toNodeHandler(bankRoutes({ proxy, simulator, simulatorOrigin }))
const site = toNodeHandler(siteHandler(join(import.meta.dirname, '../site')))

const listener: RequestListener = (incoming, outgoing) => {
  const path = incoming.url ?? '/'
  const handler = path.startsWith('/api/astra/') ? astra : path.startsWith('/demo/') ? bank : site
  handler(incoming, outgoing)
}

keepMaintained(proxy)
explained(createServer(toNodeHandler(simulator.fetch)), 'SIMULATOR_PORT', simulatorPort).listen(
  simulatorPort,
  '127.0.0.1',
)
setInterval(() => void simulator.webhooks.deliver(), 250)
explained(createServer(listener), 'PORT', port).listen(port, 'localhost', () => {
  console.log(`\n  Fernhill Bank   http://localhost:${port}`)
  console.log(`  Astra simulator ${simulatorOrigin}  (its data and the bank's are in ${data})\n`)
})

function explained(server: Server, variable: string, wanted: number): Server {
  return server.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    const isTaken = code === 'EADDRINUSE'
    console.error(
      isTaken ? `Port ${wanted} is in use. End what uses it, or set ${variable} to another one.` : message,
    )
    process.exit(1)
  })
}

/** In one step, so that a process that is killed meanwhile leaves the old state or the new one. */
function saveState(state: SimulatorState): void {
  writeFileSync(`${simulatorFile}.new`, JSON.stringify(state))
  renameSync(`${simulatorFile}.new`, simulatorFile)
}

/** A restart loses nothing: not the bank's database, and not what Astra knows. */
function readState(): { state?: SimulatorState } {
  try {
    return { state: JSON.parse(readFileSync(simulatorFile, 'utf8')) as SimulatorState }
  } catch {
    return {}
  }
}
