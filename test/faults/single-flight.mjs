// Many processes on the same records: one refresh, one exchange, one creation, also when the one who does it dies.
//
//   node test/faults/single-flight.mjs --store=sqlite
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { start } from './ipc.mjs'
import { call, complete, HOUR, newCustomer, openProxy, openWorld, submit, walk } from './people.mjs'
import { startPostgres } from './postgres.mjs'

const PROCESSES = 8
const CALLERS = 50

const { values: given } = parseArgs({ options: { store: { type: 'string', default: 'sqlite' } } })
const stores = given.store === 'both' ? ['sqlite', 'postgres'] : [given.store]
const failures = []

for (const kind of stores) {
  const postgres = kind === 'postgres' ? await startPostgres() : null
  const folder = mkdtempSync(join(tmpdir(), 'astra-faults-'))
  const at = postgres ? await postgres.freshSchema() : join(folder, 'astra.db')
  const world = await openWorld({
    store: { kind, at },
    nextProxy: () => start('proxy-process.mjs'),
    random: Math.random,
  })
  const others = await Promise.all(
    Array.from({ length: PROCESSES - 1 }, () => openProxy(world, start('proxy-process.mjs'))),
  )
  const everybody = [{ proxy: world.proxy, url: world.url }, ...others]

  await everybodyAsks(world, everybody)
  await twoTabs(world, everybody.slice(0, 2))
  // The last two each cost a process.
  const rest = await theLeaderDies(world, everybody, { at: 'refresh:after-lease', refreshes: 1 })
  await theLeaderDies(world, rest, { at: 'refresh:after-answer', refreshes: 2 })

  await Promise.all(everybody.map(({ proxy }) => proxy.kill()))
  await world.close()
  await postgres?.stop()
  rmSync(folder, { recursive: true })
}
process.exitCode = failures.length === 0 ? 0 : 1

async function everybodyAsks(world, processes) {
  const actor = await onboarded(world)
  const before = await refreshesOf(world)
  await setClock(world, processes, 3 * HOUR)
  const tokens = await Promise.all(processes.map(({ proxy }) => proxy.ask('tokens', actor.id, CALLERS)))
  const refreshes = (await refreshesOf(world)) - before
  await expectOne(world, actor, tokens.flat(), PROCESSES * CALLERS)
  check(`${processes.length} processes with ${CALLERS} callers each: one refresh`, refreshes, 1)
}

/** Whoever gets to the point first ends there; the others wait for the lease, and one of them goes on. */
async function theLeaderDies(world, processes, { at, refreshes: wanted }) {
  const actor = await onboarded(world)
  const before = await refreshesOf(world)
  await setClock(world, processes, 3 * HOUR)
  await Promise.all(processes.map(({ proxy }) => proxy.ask('die', at)))
  const asked = processes.map(({ proxy }) => proxy.ask('tokens', actor.id, CALLERS).catch(() => null))
  const leader = await Promise.race(processes.map((one) => one.proxy.exited.then(() => one)))
  const rest = processes.filter((one) => one !== leader)
  Object.assign(world, rest[0])
  await Promise.all(rest.map(({ proxy }) => proxy.ask('die', null)))
  await setClock(world, rest, 25_000)
  const answers = await Promise.all(asked)
  const tokens = answers.filter((answer) => answer !== null)
  const refreshes = (await refreshesOf(world)) - before
  await expectOne(world, actor, tokens.flat(), rest.length * CALLERS)
  check(`the leader ends at ${at}: ${wanted} in all`, refreshes, wanted)
  check(`the leader ends at ${at}: nobody else does`, tokens.length, rest.length)
  return rest
}

/** Two windows at two instances, fifty requests altogether. */
async function twoTabs(world, processes) {
  const [creator, returner] = [newCustomer(world), newCustomer(world)]
  const fifty = (act) =>
    Promise.all(Array.from({ length: CALLERS }, (_, index) => act(processes[index % processes.length])))

  const creations = await world.simulator.ask('count', 'POST /v1/user_intent')
  const created = await fifty(({ url }) => submit(world, creator, { url, replace: false }))
  check(
    '50 creations over 2 processes: one call',
    (await world.simulator.ask('count', 'POST /v1/user_intent')) - creations,
    1,
  )
  check('50 creations over 2 processes: one 201', created.filter(({ status }) => status === 201).length, 1)
  check(
    '50 creations over 2 processes: the others 409',
    created.filter(({ status }) => status === 409).length,
    CALLERS - 1,
  )

  await submit(world, returner)
  await walk(world, returner)
  const exchanges = await refreshesOf(world)
  const completed = await fifty(({ url }) => complete(world, returner, { url }))
  check('50 returns over 2 processes: one exchange', (await refreshesOf(world)) - exchanges, 1)
  check(
    '50 returns over 2 processes: all answered',
    completed.filter(({ status }) => status === 200).length,
    CALLERS,
  )
  const { body } = await call(world, returner, 'GET', '/status')
  check('50 returns over 2 processes: authorized', body.step.name, 'complete')
}

async function onboarded(world) {
  const actor = newCustomer(world)
  await submit(world, actor)
  await walk(world, actor)
  await complete(world, actor)
  return actor
}

async function setClock(world, processes, ms) {
  world.clock += ms
  await world.simulator.ask('advance', ms)
  await Promise.all(processes.map(({ proxy }) => proxy.ask('clock', world.clock)))
}

function refreshesOf(world) {
  return world.simulator.ask('count', 'POST /v1/oauth/token')
}

async function expectOne(world, actor, tokens, callers) {
  const users = await world.simulator.ask('users')
  const { access } = users.find(({ email }) => email === actor.profile.email)
  check(
    'callers with the token that works at Astra',
    tokens.filter((token) => token === access.token).length,
    callers,
  )
}

function check(sentence, actual, wanted) {
  const isRight = actual === wanted
  console.log(`${isRight ? 'ok  ' : 'FAIL'}  ${sentence}: ${actual}${isRight ? '' : `, not ${wanted}`}`)
  if (!isRight) failures.push(sentence)
}
