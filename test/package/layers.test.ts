import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')

interface Import {
  from: string
  to: string
  isTypeOnly: boolean
}

/** What each layer may import of ours, besides itself. */
const ALLOWED: Record<string, (to: string, edge: Import) => boolean> = {
  core: () => false,
  server: (to) => to.startsWith('core/'),
  node: (to, { from }) =>
    (from === 'node/sqlite.ts' && to === 'server/storage/storage.ts') ||
    (from === 'node/astra-transport.ts' && to === 'server/transport.ts') ||
    // Which brings nothing else of the server's along but the errors.
    (/^node\/(keep-maintained|to-node-handler)\.ts$/.test(from) && to === 'server/failure-log.ts'),
  react: (to) => to.startsWith('core/'),
  simulator: (to, { isTypeOnly }) => to === 'core/status.ts' && isTypeOnly,
  // Of the widget only its sentences, which are plain data, and the names of its screens.
  testing: (to, { isTypeOnly }) =>
    /^(core|server|simulator|react\/messages)\//.test(to) || (to === 'react/screens.ts' && isTypeOnly),
  'command.ts': (to) => !to.startsWith('demo/'),
  demo: () => true,
}

/** Packages that each layer may import. */
const PACKAGES: Record<string, RegExp> = {
  core: /^zod\/mini$/,
  server: /^(zod\/mini|@noble\/hashes\/\w+\.js)$/,
  node: /^(node:|undici$)/,
  react: /^(react|react-dom|react-hook-form|@tanstack\/react-query)$/,
  simulator: /^$/,
  testing: /^msw$/,
  'command.ts': /^node:/,
  demo: /./,
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
const imports = files.flatMap(importsOf)
const own = imports.filter(({ to }) => !to.startsWith('package:'))

function importsOf(from: string): Import[] {
  const text = readFileSync(join(SRC, from), 'utf8')
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\('([^']+)'\)/g
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? match[4] ?? ''
    const to = specifier.startsWith('.')
      ? relative(SRC, join(SRC, dirname(from), specifier))
      : `package:${specifier}`
    return { from, to, isTypeOnly: match[1] !== undefined }
  })
}

const layerOf = (file: string) => file.split('/')[0] ?? ''
const show = ({ from, to }: Import) => `${from} -> ${to}`

/** Every chain of imports that comes back to where it began. */
function cycles(edges: readonly Import[]): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const { from, to } of edges) if (from === file) visit(to, [...path, file])
    done.add(file)
  }
  for (const { from } of edges) visit(from, [])
  return found
}

/** Everything that is loaded with a file; types are not. */
function reachedFrom(door: string): string[] {
  const reached = new Set([door])
  for (const file of reached)
    for (const edge of imports) if (edge.from === file && !edge.isTypeOnly) reached.add(edge.to)
  return [...reached]
}

describe('imports', () => {
  it('are found at all', () => {
    expect(own.length).toBeGreaterThan(100)
    expect(own.map(show)).toContain('server/route-table.ts -> server/routes/status.ts')
    expect(own.map(show)).toContain('react/AddDebitCardButton.tsx -> react/AstraOnboarding.tsx')
  })

  it('point one way between the layers', () => {
    const wrong = own.filter((edge) => {
      const layer = layerOf(edge.from)
      return layerOf(edge.to) !== layer && !ALLOWED[layer]?.(edge.to, edge)
    })
    expect(wrong.map(show)).toEqual([])
  })

  it('bring in only the packages that a layer may use', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        to.startsWith('package:') && !PACKAGES[layerOf(from)]?.test(to.slice('package:'.length)),
    )
    expect(wrong.map(show)).toEqual([])
  })

  it.each([
    ['the widget', 'react/index.ts', /^testing\/|^server\/|^simulator\/|^package:msw/],
    ['the page objects', 'testing/pages.ts', /^(server|simulator)\/|^package:/],
  ])('keep %s apart from what its door does not need', (_, door, foreign) => {
    const reached = reachedFrom(door)
    expect(reached.length).toBeGreaterThan(8)
    expect(reached.filter((file) => foreign.test(file))).toEqual([])
  })

  it('never lead from a route to a route or from a step to a step', () => {
    const folders = ['server/routes', 'react/steps']
    const wrong = own.filter(({ from, to }) =>
      folders.some((folder) => dirname(from) === folder && dirname(to) === folder),
    )
    expect(wrong.map(show)).toEqual([])
  })

  it('lead to files that exist', () => {
    const known = new Set(files)
    expect(own.filter(({ to }) => /\.tsx?$/.test(to) && !known.has(to)).map(show)).toEqual([])
  })

  it('have no cycles, type-only ones included', () => {
    expect(cycles(own)).toEqual([])
  })

  it('would show a cycle', () => {
    const edge = (from: string, to: string) => ({ from, to, isTypeOnly: true })
    expect(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toEqual(['a -> b -> c -> a'])
  })
})

describe('names', () => {
  it('are nouns of the field, never drawers', () => {
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager)[./-]/i.test(file))).toEqual([])
  })
})
