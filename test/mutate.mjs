// Breaks every row of the decision table and every parameter of every hosted URL, one at a time, and expects the
// tests of the core to notice. The files stay untouched: vite.config.ts applies the mutant while loading.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const VITEST = 'node_modules/vitest/vitest.mjs'
const TESTS = ['test/core/next-step.test.ts', 'test/core/hosted-flow.test.ts']
const mutants = [...decisionTable(), ...hostedUrls()]
const survivors = []
const queue = [...mutants]
await Promise.all(Array.from({ length: availableParallelism() }, work))

for (const { file, line, from, to } of survivors)
  console.log(`survived: ${file}:${line}  ${from.trim()}  ->  ${to.trim()}`)
console.log(`killed ${mutants.length - survivors.length} of ${mutants.length}`)
process.exitCode = survivors.length === 0 && mutants.length > 0 ? 0 : 1

async function work() {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift())
    if (await survives(mutant)) survivors.push(mutant)
}

function survives(mutant) {
  return new Promise((resolve, reject) => {
    const vitest = spawn(process.execPath, [VITEST, 'run', '--project', 'node', '--bail', '1', ...TESTS], {
      env: { ...process.env, ASTRA_MUTANT: JSON.stringify(mutant) },
      stdio: 'ignore',
    })
    vitest.on('error', reject)
    vitest.on('exit', (code) => resolve(code === 0))
  })
}

/** Every row gives another step; every condition is turned round. */
function decisionTable() {
  const row = /^(\s+'?[\w-]+'?: )(WAIT\w*|COMPLETE|AUTHORIZE|LINK_CARD|WITHOUT_TOKEN\w*|\{ name: .*\})(,)$/
  const conditions = [
    [/kind === 'business' \?/, "kind !== 'business' ?"],
    [/user === 'document' && documentSent/, "user !== 'document' && documentSent"],
    [/&& documentSent/, ''],
    [/user === 'approved' && goal/, "user !== 'approved' && goal"],
    [/goal === 'link-card'/, "goal !== 'link-card'"],
    [/lastUserStatus === 'rejected' \|\|/, 'false ||'],
    [/\|\| lastUserStatus === 'suspended'/, '|| false'],
    [/intent === 'converted_to_user' &&/, 'false &&'],
    [/>= FRUITLESS_RETURN_LIMIT/, '> FRUITLESS_RETURN_LIMIT'],
    [/step\.name === 'hosted-flow' \|\| /, ''],
    [/ \|\| step\.name === 'wait'/, ''],
    [/>= MAY_AUTHORIZE_AFTER_SECONDS/, '> MAY_AUTHORIZE_AFTER_SECONDS'],
    [/kind !== 'receive-only' &&/, 'true &&'],
    [/mayAuthorize: true \}/, 'mayAuthorize: false }'],
    [/flow: 'verify-business', reason: 'correction'/, "flow: 'verify-personal', reason: 'correction'"],
    [/(LIMIT) = 3/, '$1 = 4'],
    [/(SECONDS) = 10/, '$1 = 11'],
    [/(const WAIT.* = ).*/, '$1{ name: "complete" }'],
    [/reason: 'document-sent',/, "reason: 'document',"],
    [/(const COMPLETE.* = ).*/, '$1{ name: "collect-profile" }'],
    [/(const AUTHORIZE.* = ).*/, '$1{ name: "collect-profile" }'],
    [/(const LINK_CARD.* = ).*/, '$1{ name: "complete" }'],
  ]
  return mutate('src/core/next-step.ts', (line) => [
    ...(row.test(line) ? [line.replace(row, (_, key, value, end) => `${key}${otherThan(value)}${end}`)] : []),
    ...conditions.filter(([from]) => from.test(line)).map(([from, to]) => line.replace(from, to)),
  ])
}

function otherThan(value) {
  if (value === 'WITHOUT_TOKEN') return 'WITHOUT_TOKEN_RECEIVE_ONLY'
  if (value.startsWith('WITHOUT_TOKEN')) return 'WITHOUT_TOKEN'
  return value.includes('collect-profile') ? 'COMPLETE' : "{ name: 'collect-profile' }"
}

/** Every parameter under another name, every constant value and path changed, every group left out or moved. */
function hostedUrls() {
  return mutate('src/core/hosted-flow.ts', (line) => [
    ...[...line.matchAll(/\['([a-z_]+)', /g)].map(([, name]) =>
      line.replace(`['${name}', `, `['x${name}', `),
    ),
    ...[...line.matchAll(/\['[a-z_]+', '(\w+)'\]/g)].map(([, value]) =>
      line.replace(`'${value}']`, `'x${value}']`),
    ),
    ...(/^\s+'?[\w-]+'?: '\//.test(line) ? [line.replace("'/", "'/x")] : []),
    ...[...line.matchAll(/\.\.\.(?:\w+Parameters\(\w+\)|client|redirect|parameters)(?:, ?)?/g)].map(
      ([group]) => line.replace(group, ''),
    ),
  ])
}

function mutate(file, variants) {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((from, index) =>
    variants(from)
      .filter((to) => to !== from)
      .map((to) => ({ file, line: index + 1, from, to })),
  )
}
