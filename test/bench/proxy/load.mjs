// Where the load comes from.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'

/** Both: `load(origin, wanted, { requests, connections })` sends about so many, and fails when one of them fails. */
export function loadGenerator(name = hasWrk() ? 'wrk' : 'autocannon') {
  const load = { wrk: loadByWrk, autocannon: loadByAutocannon }[name]
  if (!load) throw new Error(`LOAD is "${name}"; it must be wrk or autocannon.`)
  return { name, load }
}

function hasWrk() {
  return !spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error
}

/** Where each request is the same, it is made once: a busy client would leave the server idle, which costs it more. */
async function loadByAutocannon(origin, { next, same }, { requests, connections }) {
  const begun = performance.now()
  let ended = begun
  const run = autocannon({
    url: origin,
    connections,
    amount: requests,
    requests: [same ?? { setupRequest: (request) => ({ ...request, ...next() }) }],
  })
  // Its own duration ends with a whole second.
  run.on('response', () => (ended = performance.now()))
  const result = await run
  refuseFailures(result.errors + result.non2xx)
  return { requests: result.requests.total, seconds: (ended - begun) / 1000, p99: result.latency.p99 }
}

/** It knows seconds only, so turns of one second go on until there are enough. */
async function loadByWrk(origin, wanted, { requests, connections }) {
  const total = { requests: 0, seconds: 0, p99: 0 }
  while (total.requests < requests) {
    const turn = await turnOfWrk(origin, wanted, connections)
    total.requests += turn.requests
    total.seconds += turn.seconds
    total.p99 = Math.max(total.p99, turn.p99)
  }
  return total
}

/** More than a server does in a second; the next turn has others. */
const DIFFERENT_IN_A_TURN = 8_000

async function turnOfWrk(origin, { next, same }, connections) {
  const folder = mkdtempSync(join(tmpdir(), 'astra-load-'))
  try {
    const file = join(folder, 'requests')
    const count = same ? 1 : DIFFERENT_IN_A_TURN
    writeFileSync(file, Array.from({ length: count }, () => `${written(same ?? next())}\n`).join(''))
    const script = fileURLToPath(new URL('load.lua', import.meta.url))
    const words = ['--threads', '1', '--connections', String(connections), '--duration', '1s']
    const wrk = spawn('wrk', [...words, '--script', script, origin], {
      env: { ...process.env, REQUESTS: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    wrk.stdout.on('data', (data) => (output += data))
    await once(wrk, 'close')
    const [, done, microseconds, p99, failed] = /^COUNTED (\d+) (\d+) (\d+) (\d+)$/m.exec(output) ?? []
    if (!done) throw new Error(`wrk has not counted: ${output}`)
    refuseFailures(Number(failed))
    if (next && done > count) throw new Error(`Requests came twice: ${done} in a turn, of ${count}.`)
    return { requests: Number(done), seconds: microseconds / 1e6, p99: p99 / 1000 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A line for `load.lua`. No name, value or body has a tab in it. */
function written({ method, path, headers, body = '' }) {
  return [method, path, body, ...Object.entries(headers).flat()].join('\t')
}

function refuseFailures(failures) {
  if (failures > 0) throw new Error(`${failures} failed requests`)
}
