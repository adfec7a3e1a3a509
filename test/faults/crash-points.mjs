// Ends proxies by SIGKILL, at every named point of a creation, an exchange and a refresh and at random moments, starts
// another on the same records, and checks that nothing was lost, nothing was done twice and everybody gets to the end.
//
//   npm run test:faults -- --kills=500 --seed=1
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { start } from './ipc.mjs'
import { killOnce, openWorld } from './people.mjs'
import { startPostgres } from './postgres.mjs'

const KILLS_PER_ROUND = 30

const around = (step, commits) =>
  commits.flatMap((commit) => [`${step}:before-${commit}`, `${step}:after-${commit}`])
const during = (step) =>
  ['before-send', 'after-send', 'before-answer-is-read', 'after-answer'].map((at) => `${step}:${at}`)
const POINTS = [
  ...around('create', ['commit-sent']),
  ...during('create'),
  ...around('create', ['commit-created', 'commit-unknown']),
  ...around('settle', ['commit-unknown']),
  ...around('adopt', ['commit-created']),
  ...around('flow', ['commit-opened', 'commit-started']),
  ...around('exchange', ['claim', 'lease']),
  ...during('exchange'),
  ...around('exchange', ['commit']),
  ...around('refresh', ['lease']),
  ...during('refresh'),
  ...around('refresh', ['commit']),
]

const { values: given } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Share of the kills that come at random moments. */
    random: { type: 'string', default: '0.4' },
    workers: { type: 'string', default: '2' },
  },
})
const seed = Number(given.seed)
const random = mulberry32(seed)
const kills = Number(given.kills)
const stores = given.store === 'both' ? ['sqlite', 'postgres'] : [given.store]

let failed = false
for (const store of stores) failed = !(await run(store)) || failed
process.exitCode = failed ? 1 : 0

async function run(kind) {
  console.log(`${kind}: ${kills} kills, seed ${seed}`)
  const table = new Map(
    [...POINTS, 'at random'].map((point) => [point, { reached: 0, kills: 0, lost: 0, doubled: 0 }]),
  )
  const problems = []
  const atRandom = Math.round(kills * Number(given.random))
  const orders = shuffled([
    ...Array.from({ length: kills - atRandom }, (_, index) => POINTS[index % POINTS.length]),
    ...Array.from({ length: atRandom }, () => 'at random'),
  ])
  const postgres = kind === 'postgres' ? await startPostgres() : null
  const folder = mkdtempSync(join(tmpdir(), 'astra-faults-'))
  const spares = [start('proxy-process.mjs')]
  /** A proxy that has loaded already: most of the time of a start is spent on that. */
  const nextProxy = () => {
    spares.push(start('proxy-process.mjs'))
    return spares.shift()
  }
  const work = async () => {
    for (
      let round = orders.splice(0, KILLS_PER_ROUND);
      round.length > 0;
      round = orders.splice(0, KILLS_PER_ROUND)
    ) {
      const name = `round-${orders.length}`
      const at = postgres ? await postgres.freshSchema() : join(folder, `${name}.db`)
      const world = await openWorld({ store: { kind, at }, nextProxy, random })
      for (const order of round) {
        const row = table.get(order)
        const found = await killOnce(world, order)
        for (const point of found.points) if (table.has(point)) table.get(point).reached += 1
        row.kills += 1
        row.lost += found.lost.length
        row.doubled += found.doubled.length
        problems.push(...[...found.lost, ...found.doubled].map((problem) => `${order}: ${problem}`))
      }
      await world.close()
    }
  }
  await Promise.all(Array.from({ length: Number(given.workers) }, work))
  for (const spare of spares) await spare.kill()
  await postgres?.stop()
  rmSync(folder, { recursive: true })
  return report(table, problems)
}

function report(table, problems) {
  const width = Math.max(...POINTS.map(({ length }) => length))
  console.log(`${'crash point'.padEnd(width)}  reached  kills  lost  twice`)
  const sum = { reached: 0, kills: 0, lost: 0, doubled: 0 }
  for (const [point, row] of table) {
    for (const key of Object.keys(sum)) sum[key] += row[key]
    print(point, row)
  }
  print('all', sum)
  for (const problem of problems.slice(0, 20)) console.error(problem)
  const missed = POINTS.filter((point) => table.get(point).kills === 0)
  if (missed.length > 0) console.error(`never reached: ${missed.join(', ')}`)
  return missed.length === 0 && problems.length === 0

  function print(point, row) {
    const cells = [
      String(row.reached).padStart(7),
      String(row.kills).padStart(5),
      String(row.lost).padStart(4),
      String(row.doubled).padStart(5),
    ]
    console.log(`${point.padEnd(width)}  ${cells.join('  ')}`)
  }
}

function shuffled(values) {
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value)
}

function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
