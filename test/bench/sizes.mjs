// How much our widget and others like it bring into a page: the smallest real use of each, installed into a folder of
// its own and bundled with esbuild, React left to the host. Writes docs/sizes.md. Needs the registry; run it by hand with
// `npm run sizes`.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { BUNDLERS, gzippedBytes } from '../support/bundle.mjs'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGE = join(ROOT, 'docs/sizes.md')

const PEERS = [
  {
    name: 'Plaid Link',
    packages: ['react-plaid-link'],
    source: "export { usePlaidLink } from 'react-plaid-link'",
    runtime: 'script and frame of `cdn.plaid.com`',
  },
  {
    name: 'Stripe Connect',
    packages: ['@stripe/react-connect-js', '@stripe/connect-js'],
    source: `export { loadConnectAndInitialize } from '@stripe/connect-js'
      export { ConnectAccountOnboarding, ConnectComponentsProvider } from '@stripe/react-connect-js'`,
    runtime: 'script and frames of `connect-js.stripe.com`',
  },
  {
    name: 'Persona',
    packages: ['persona-react'],
    source: "export { default } from 'persona-react'",
    runtime: 'frame of `inquiry.withpersona.com`',
  },
  {
    name: 'Footprint, button',
    packages: ['@onefootprint/footprint-react'],
    source: "export { FootprintButton } from '@onefootprint/footprint-react'",
    // Its own dependency is an address of git, which a registry does not have.
    overrides: { 'cleave.js': '1.6.0' },
    runtime: 'frames of `onefootprint.com`',
  },
  {
    name: 'Footprint, fields of its own',
    packages: ['@onefootprint/footprint-react'],
    source: "export { Fp } from '@onefootprint/footprint-react'",
    overrides: { 'cleave.js': '1.6.0' },
    runtime: 'frames of `onefootprint.com`',
  },
  {
    name: 'Gusto, contractor onboarding',
    packages: ['@gusto/embedded-react-sdk'],
    source: `export { GustoProvider, ContractorOnboarding } from '@gusto/embedded-react-sdk'`,
    // The version that it asks for is not in the registry, and the one before lacks a name.
    overrides: { '@gusto/embedded-api': 'npm:@gusto/embedded-api-v-2026-06-15@0.2.0' },
    missing: {
      file: 'node_modules/@gusto/embedded-api/esm/models/components/payschedulecreaterequest.js',
      code: 'export const WorkweekStartDay = {}',
    },
    runtime: 'nothing; calls the partner’s proxy',
  },
]

const OURS = [
  {
    name: '**Ours, button**, before anybody comes near it',
    source: "export { AddDebitCardButton } from 'astra-onboarding/button'",
  },
  {
    name: '**Ours, whole widget**',
    source: "export { AstraOnboarding } from 'astra-onboarding'",
  },
  {
    name: '**Ours, whole widget**, TanStack Query left to the host',
    source: "export { AstraOnboarding } from 'astra-onboarding'",
    external: ['@tanstack/react-query'],
  },
]

const kib = (bytes) => (bytes / 1024).toFixed(1)
const rows = []
for (const { name, source, external = [] } of OURS) {
  const { atOnce, later } = await BUNDLERS.esbuild(source, { external })
  rows.push([
    name,
    versionIn(ROOT),
    kib(atOnce),
    kib(later),
    'Astra’s hosted module, in a window or by redirect',
  ])
}
for (const peer of PEERS) rows.push(await measure(peer))
const styles = gzippedBytes(readFileSync(join(ROOT, 'dist/react/styles.css')))
writeFileSync(PAGE, page(rows, styles))
execFileSync('npx', ['prettier', '--write', '--log-level', 'warn', PAGE], { stdio: 'inherit' })
console.log(readFileSync(PAGE, 'utf8'))

async function measure({ name, packages, source, overrides = {}, missing, runtime }) {
  const from = mkdtempSync(join(tmpdir(), 'astra-sizes-'))
  try {
    writeFileSync(join(from, 'package.json'), JSON.stringify({ private: true, overrides }))
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    execFileSync('npm', [...install, ...packages, 'react', 'react-dom'], { cwd: from })
    if (missing) appendFileSync(join(from, missing.file), `\n${missing.code}\n`)
    const version = packages.map((one) => versionIn(join(from, 'node_modules', one))).join(' + ')
    const { atOnce, later } = await BUNDLERS.esbuild(source, { from })
    const stands = Object.entries(overrides).map(
      ([one, other]) => `; with ${one} ${other.split('@').at(-1)} in place of its own`,
    )
    return [name, version, kib(atOnce), kib(later), runtime + stands.join('')]
  } catch (error) {
    console.error(`${name}: ${error.message}`)
    return [name, '–', 'could not be installed', '–', runtime]
  } finally {
    rmSync(from, { recursive: true, force: true })
  }
}

function versionIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

function page(table, stylesheet) {
  const lines = [
    '# What a page downloads',
    '',
    `\`npm run sizes\`, ${new Date().toISOString().slice(0, 10)}: the smallest real use of each package, bundled with esbuild,`,
    'minified, gzipped at level 9, React left to the host. "Later" is what an `import()` brings, such as our Spanish. What a',
    'package loads at run time from its maker is not in the numbers: for most it is the whole form.',
    '',
    '| Package | Version | At once, KiB | Later, KiB | Loads at run time |',
    '| --- | --- | ---: | ---: | --- |',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `Our style sheet is ${kib(stylesheet)} KiB. What we weigh with rolldown, and the most that is allowed, is in`,
    '`test/package/budgets.test.ts`.',
    '',
  ]
  return lines.join('\n')
}
