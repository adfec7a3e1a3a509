// What the proxy costs beside a server that does nothing and beside a common proxy, in one interleaved run on this
// machine. The measure is the process's own CPU time per request; requests per second depend on what else runs. Requests of
// the warm-up do not count: a creation takes twice as long while the engine is still compiling, which ends after some 20,000.
// The load comes from wrk (Debian has it) where that is found, else from autocannon, which takes more of the machine itself.
//   npm run bench:proxy
//   ROUNDS=5 REQUESTS=20000 WARM_UP=20000 CONNECTIONS=32 ONLY=status LOAD=autocannon node test/bench/proxy/bench.mjs
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CANDIDATES } from './candidates.mjs'
import { loadGenerator } from './load.mjs'

const {
  ROUNDS = '3',
  REQUESTS = '6000',
  WARM_UP = '20000',
  CONNECTIONS = '32',
  ONLY = '',
  NODE_ARGUMENTS = '',
  LOAD,
} = process.env
const generator = loadGenerator(LOAD)
const candidates = CANDIDATES.filter(({ name }) => new RegExp(ONLY).test(name))
const file = (name) => fileURLToPath(new URL(name, import.meta.url))

async function started(child) {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`It ended with ${code}.`))),
  ])
  return `http://127.0.0.1:${message.port}`
}

async function usage(child) {
  child.send('usage')
  const [{ cpu, memory }] = await once(child, 'message')
  return { cpu: cpu.user + cpu.system, memory }
}

async function measure({ name, requests, status }, upstream) {
  const child = fork(file('candidate.mjs'), [name, upstream], {
    execArgv: NODE_ARGUMENTS.split(' ').filter(Boolean),
  })
  try {
    const origin = await started(child)
    const wanted = await requests(origin)
    const probe = wanted.same ?? wanted.next()
    const amount = Number(REQUESTS) * (wanted.same ? 5 : 1)
    const answer = await fetch(origin + probe.path, probe)
    if (answer.status !== status) throw new Error(`${name} answers ${answer.status}: ${await answer.text()}`)
    const load = (requests) => generator.load(origin, wanted, { requests, connections: Number(CONNECTIONS) })
    await load(Number(WARM_UP))
    const before = await usage(child)
    const { requests: done, seconds, p99 } = await load(amount)
    const after = await usage(child)
    return {
      perSecond: done / seconds,
      cpu: (after.cpu - before.cpu) / done,
      p99,
      memory: after.memory / 2 ** 20,
    }
  } finally {
    child.disconnect()
    if (child.exitCode === null) await once(child, 'exit')
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const upstream = fork(file('upstream.mjs'))
const upstreamOrigin = await started(upstream)
const rounds = new Map(candidates.map(({ name }) => [name, []]))
try {
  for (let round = 0; round < Number(ROUNDS); round++) {
    for (const candidate of round % 2 ? candidates.toReversed() : candidates) {
      rounds.get(candidate.name).push(await measure(candidate, upstreamOrigin))
    }
  }
} finally {
  upstream.disconnect()
}

console.log(
  `node ${process.version}, ${generator.name}, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of some ${REQUESTS} requests, five times as many where nothing is written, after ${WARM_UP} others\n`,
)
console.log(
  'candidate'.padEnd(46) + ['req/s', 'CPU µs/req', 'p99 ms', 'MB'].map((head) => head.padStart(11)).join(''),
)
const results = [...rounds.values()].map((runs) => {
  const of = (key) => median(runs.map((run) => run[key]))
  return { perSecond: of('perSecond'), cpu: of('cpu'), p99: of('p99'), memory: of('memory') }
})
candidates.forEach(({ name }, index) => {
  const { perSecond, cpu, p99, memory } = results[index]
  const cells = [perSecond.toFixed(0), cpu.toFixed(1), p99.toFixed(1), memory.toFixed(0)]
  console.log(name.padEnd(46) + cells.map((cell) => cell.padStart(11)).join(''))
})
if (results.length === 5) {
  const [raw, status, express, keptAlive, creation] = results
  const shown = (a, b) => (a / b).toFixed(2)
  console.log(`
GET status, share of raw node:http: ${shown(raw.cpu, status.cpu)} by CPU, ${shown(status.perSecond, raw.perSecond)} by req/s (aim: at least 0.50)
POST user-intents, CPU against Express: ${shown(creation.cpu, express.cpu)} (aim: below 1.00), with a keep-alive agent ${shown(creation.cpu, keptAlive.cpu)}`)
}
