// People at a proxy that is ended by SIGKILL, and what must be true of them afterwards.
import { request } from 'node:http'
import { start } from './ipc.mjs'

const MINUTE = 60_000
export const HOUR = 60 * MINUTE
const ORIGIN = 'https://bank.test'
const REDIRECT_URI = `${ORIGIN}/api/astra/return`
const STARTED_AT = Date.parse('2026-11-23T18:00:00Z')
/** Longer than every lease and limit, shorter than a flow lives. */
const PATIENCE = 20 * MINUTE

/** One Astra, one set of records, and one proxy after the other. */
export async function openWorld({ store, nextProxy, random }) {
  const simulator = start('simulator-process.mjs')
  const address = await simulator.ask('open', {
    redirectUri: REDIRECT_URI,
    startedAt: STARTED_AT,
    // Astra would refuse the fourth; here it is our own count that has to.
    intentsPerEmail: 100,
  })
  const world = { simulator, random, customers: [], submissions: 0, clock: 0, proxy: null, url: '' }
  world.connection = { store, simulator: address, redirectUri: REDIRECT_URI, startedAt: STARTED_AT }
  world.restart = async () => {
    Object.assign(world, await openProxy(world, nextProxy()))
  }
  world.advance = async (ms) => {
    world.clock += ms
    await Promise.all([simulator.ask('advance', ms), world.proxy.ask('clock', world.clock)])
  }
  world.close = async () => {
    await world.proxy.kill()
    await simulator.kill()
  }
  await world.restart()
  return world
}

/** A proxy on the world's records, with the world's clock. */
export async function openProxy(world, proxy) {
  const url = await proxy.ask('open', world.connection)
  await proxy.ask('clock', world.clock)
  return { proxy, url }
}

/** One kill and everything that is to be true afterwards. */
export async function killOnce(world, order) {
  const found = { points: [], lost: [], doubled: [] }
  try {
    const actors = order === 'at random' ? await killAtRandom(world) : await killAt(world, order)
    found.points = world.points
    await examine(world, actors, found)
    await finish(world, actors, found)
  } catch (error) {
    found.lost.push(error.message)
    found.points = world.points ?? []
    await world.proxy.kill()
    await world.restart()
  }
  return found
}

/** What leads to a point. `prepare` runs in peace, `act` until the end. */
const STEPS = {
  create: {
    prepare: async (world, actor, point) => {
      // A correction now and then: the intent that is there must stand until another one is certain.
      if (world.random() < 0.4) await submit(world, actor)
      if (point.includes('unknown'))
        await world.simulator.ask('failNext', 'POST /v1/user_intent', { network: 'after' })
    },
    act: (world, actor) => submit(world, actor),
  },
  settle: {
    prepare: async (world, actor) => {
      await dieAt(world, 'create:after-send', () => submit(world, actor))
      await world.restart()
      await world.advance(PATIENCE)
    },
    act: (world) => world.proxy.ask('maintain').catch(() => null),
  },
  adopt: { prepare: loseTheAnswer, act: (world) => deliver(world) },
  flow: {
    prepare: (world, actor) => submit(world, actor),
    act: async (world, actor) => {
      const flow = await openFlow(world, actor)
      if (flow) await startFlow(world, actor, flow)
    },
  },
  exchange: {
    prepare: async (world, actor) => {
      await submit(world, actor)
      await walk(world, actor)
    },
    act: (world, actor) => complete(world, actor),
  },
  refresh: {
    prepare: async (world, actor) => {
      await submit(world, actor)
      await walk(world, actor)
      await complete(world, actor)
      await world.advance(3 * HOUR)
      actor.grantsBefore = await grantsOf(world, actor)
    },
    act: (world, actor) => call(world, actor, 'GET', '/status'),
  },
}

async function loseTheAnswer(world, actor) {
  await world.simulator.ask('failNext', 'POST /v1/user_intent', { network: 'after' })
  await submit(world, actor)
}

const deliver = (world) => world.simulator.ask('deliver', `${world.url}/api/astra/webhook`)

async function killAt(world, point) {
  const [step] = point.split(':')
  const actor = newCustomer(world)
  await STEPS[step].prepare(world, actor, point)
  await dieAt(world, point, () => STEPS[step].act(world, actor, point))
  await afterDeath(world, actor, point)
  return [actor]
}

async function dieAt(world, point, act) {
  const { proxy } = world
  await proxy.ask('die', point)
  await act()
  // Either it has died on the way, or this answers, and the point was not reached.
  const survived = await proxy.ask('die', null).then(
    () => true,
    () => false,
  )
  if (survived) throw new Error(`${point} was not reached`)
  await proxy.exited
  world.points = [...proxy.points, point]
  await world.simulator.ask('settled')
}

/** Everything at once, and then the end at any moment. */
async function killAtRandom(world) {
  const names = ['create', 'adopt', 'flow', 'exchange', 'refresh']
  const actors = names.map(() => newCustomer(world))
  // The refresh moves the clock, so it is prepared first; an unanswered creation of another would expire.
  for (const name of names.toReversed()) await STEPS[name].prepare(world, actors[names.indexOf(name)], '')
  const { proxy } = world
  const delay = world.random() * 120
  const acts = names.map((name, index) => STEPS[name].act(world, actors[index]).catch(() => null))
  await new Promise((resolve) => setTimeout(resolve, delay))
  await proxy.kill()
  await Promise.all(acts)
  world.points = proxy.points
  await world.simulator.ask('settled')
  await world.restart()
  return actors
}

/** What the person may do at once, without waiting. */
async function afterDeath(world, actor, point) {
  await world.restart()
  if (point.startsWith('create')) {
    const open = (await attemptsOf(world, actor)).some(({ data }) => data.state === 'sent')
    const again = open ? await submit(world, actor) : null
    if (again && again.status !== 409) throw new Error(`sent again while it was open: ${again.status}`)
  }
  if (point.startsWith('exchange')) {
    const again = await complete(world, actor)
    const wanted =
      { 'exchange:before-claim': 'authorized', 'exchange:after-commit': 'authorized' }[point] ?? 'open'
    const outcome = again?.body.flow?.outcome.state
    if (outcome !== wanted) throw new Error(`the repeated return ended ${outcome}, not ${wanted}`)
  }
}

async function examine(world, actors, { lost, doubled }) {
  const problem = await astraAgrees(world, ['sent', 'unknown', 'created', 'superseded'])
  if (problem) lost.push(`before maintain: ${problem}`)
  await world.advance(PATIENCE)
  await world.proxy.ask('maintain')
  const later = await astraAgrees(world, ['unknown', 'created', 'superseded'])
  if (later) lost.push(`after maintain: ${later}`)

  const intents = await world.simulator.ask('intents')
  const creations = await world.simulator.ask('count', 'POST /v1/user_intent')
  if (creations > world.submissions)
    doubled.push(`${creations} creations of ${world.submissions} submissions`)
  for (const [submission, count] of counted(intents.map(({ metadata }) => metadata.submission)))
    if (count > 1) doubled.push(`submission ${submission} was created ${count} times`)
  for (const [email, count] of counted(intents.map(({ email }) => email)))
    if (count > 3) doubled.push(`${email} has ${count} intents`)

  for (const actor of actors) {
    const settled = (await attemptsOf(world, actor)).filter(({ data }) => data.intentId !== null)
    const { data: customer } = (await world.proxy.ask('get', 'customer', actor.id)) ?? { data: null }
    for (const submission of actor.acknowledged) {
      const intent = intents.find(({ metadata }) => metadata.submission === submission)
      const kept = settled.some(({ data }) => data.intentId === intent?.id)
      if (!intent || !kept || !customer?.intent) lost.push(`an acknowledged intent of ${actor.id}`)
    }
    const { status, body } = await call(
      world,
      actor,
      'GET',
      `/status${actor.flow ? `?flow=${actor.flow.id}` : ''}`,
    )
    if (status !== 200 || !explains(body, customer)) {
      lost.push(`the status of ${actor.id} does not explain itself: ${status} ${JSON.stringify(body)}`)
    }
    if (customer?.tokens && !(await tokenWorks(world, actor))) lost.push(`the tokens of ${actor.id}`)
    if (actor.isAuthorized && !customer?.tokens) lost.push(`an acknowledged authorization of ${actor.id}`)
    if (actor.grantsBefore !== undefined) {
      const refreshes = (await grantsOf(world, actor)) - actor.grantsBefore
      if (refreshes > 2) doubled.push(`${refreshes} refreshes, one before the end and more than one after it`)
    }
  }
}

/** How often Astra has given this person tokens. */
async function grantsOf(world, actor) {
  const users = await world.simulator.ask('users')
  return users.find(({ email }) => email === actor.profile.email).refresh.length
}

/** Every intent at Astra names its attempt, and that one knows of it. */
async function astraAgrees(world, states) {
  for (const { id, metadata } of await world.simulator.ask('intents')) {
    const attempt = await world.proxy.ask('get', 'attempt', metadata.astra_onboarding_attempt)
    if (!attempt || !states.includes(attempt.data.state))
      return `an intent with attempt ${attempt?.data.state}`
    if (attempt.data.intentId !== null && attempt.data.intentId !== id)
      return 'an attempt with another intent'
  }
  return null
}

/** Whether the answer says what to do next, and why. */
function explains({ step, creationUnknown, flow }, customer) {
  if (flow && flow.outcome.state === 'failed' && !flow.outcome.userMessage) return false
  if (flow && !['open', 'authorized', 'failed', 'expired'].includes(flow.outcome.state)) return false
  if (customer?.tokens) return step.name === 'complete'
  if (customer?.intent) return step.name === 'hosted-flow' && step.flow === 'authorize'
  return step.name === 'collect-profile' && creationUnknown === (customer?.attempt?.state === 'unknown')
}

/** Nobody is stuck: from wherever the end of the proxy has left them, everybody gets to tokens that work. */
async function finish(world, actors, { lost }) {
  await world.advance(HOUR)
  await deliver(world)
  for (const actor of actors) {
    let answer = await call(world, actor, 'GET', '/status')
    if (answer.body.step.name === 'collect-profile') {
      await submit(world, actor)
      answer = await call(world, actor, 'GET', '/status')
    }
    if (answer.body.step?.name === 'hosted-flow') {
      await walk(world, actor)
      await complete(world, actor)
    }
    if (!(await tokenWorks(world, actor)))
      lost.push(`${actor.id} does not get to the end: ${JSON.stringify(answer.body)}`)
  }
}

async function tokenWorks(world, actor) {
  const [token] = await world.proxy.ask('tokens', actor.id, 1)
  const users = await world.simulator.ask('users')
  return users.some(({ access, email }) => access?.token === token && email === actor.profile.email)
}

const attemptsOf = (world, actor) => world.proxy.ask('find', 'attempt', 'customer', actor.id)

export function newCustomer(world) {
  const number = world.customers.length + 1
  const letters = [...String(number)].map((digit) => 'abcdefghij'[digit]).join('')
  const actor = {
    id: `customer-${number}`,
    ip: `52.${(number >> 8) + 1}.${number & 255}.9`,
    cookie: '',
    acknowledged: [],
    isAuthorized: false,
    flow: null,
    query: '',
    profile: {
      firstName: `Rosa${letters}`,
      lastName: 'Lindqvist',
      // A person is told by it and the ends of the name.
      dateOfBirth: new Date(number * 86_400_000).toISOString().slice(0, 10),
      ssnLast4: '4821',
      email: `rosa.${letters}@example.com`,
      phone: `(415) 555-${String(number).padStart(4, '0')}`,
      address1: '18 Harbor View Rd',
      city: 'Oakland',
      state: 'CA',
      postalCode: '94607',
    },
  }
  world.customers.push(actor)
  return actor
}

export async function submit(world, actor, { url = world.url, replace = true } = {}) {
  const submission = String(++world.submissions)
  const body = { profile: actor.profile, replace }
  const answer = await call({ url }, actor, 'POST', '/user-intents', body, submission)
  if (answer?.status === 201) actor.acknowledged.push(submission)
  return answer
}

async function openFlow(world, actor) {
  const answer = await call(world, actor, 'POST', '/flows', {
    goal: 'onboard',
    presentation: 'redirect',
    returnTo: `${ORIGIN}/cards`,
  })
  if (!answer) return null
  if (answer.status !== 201)
    throw new Error(`flow not opened: ${answer.status} ${JSON.stringify(answer.body)}`)
  actor.cookie = answer.headers['set-cookie'][0].split(';')[0]
  return answer.body
}

async function startFlow(world, actor, { startPath, flow }) {
  const answer = await call(world, actor, 'GET', startPath)
  if (!answer) return null
  if (answer.status !== 302) throw new Error(`flow not started: ${answer.status}`)
  actor.flow = flow
  return answer.headers.location
}

/** To Astra and back, up to the return. */
export async function walk(world, actor) {
  const address = await startFlow(world, actor, await openFlow(world, actor))
  actor.query = await world.simulator.ask('walk', address)
}

export async function complete(world, actor, { url = world.url } = {}) {
  const answer = await call({ url }, actor, 'POST', '/flows/complete', { query: actor.query })
  if (answer?.body.flow?.outcome.state === 'authorized') actor.isAuthorized = true
  return answer
}

/** Null when the proxy has died before it answered. `fetch` cannot make a navigation, so it is done by hand. */
export async function call({ url }, actor, method, path, body, submission) {
  const headers = {
    'x-test-identity': JSON.stringify({ id: actor.id, submission }),
    'x-test-ip': actor.ip,
    'x-astra-onboarding': '1',
    'sec-fetch-site': 'same-origin',
    cookie: actor.cookie,
    ...(body && { 'content-type': 'application/json' }),
  }
  try {
    const incoming = await new Promise((resolve, reject) => {
      request(`${url}/api/astra${path}`, { method, headers }, resolve)
        .once('error', reject)
        .end(body && JSON.stringify(body))
    })
    const text = Buffer.concat(await incoming.toArray()).toString()
    const { statusCode: status, headers: received } = incoming
    return { status, headers: received, body: text.startsWith('{') ? JSON.parse(text) : null }
  } catch {
    return null
  }
}

function counted(values) {
  const counts = new Map()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
