import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const { files } = JSON.parse(read('package.json')) as { files: string[] }

/** Paths that a Markdown file links to or shows, from the root of the package; addresses aside. */
function linksOf(path: string): string[] {
  const targets = [...read(path).matchAll(/\[[^\]]*\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target)
  return targets
    .filter((target) => !/^\w+:/.test(target))
    .map((target) => normalize(join(dirname(path), target)))
}

it.each(files.filter((file) => file.endsWith('.md')))(
  '%s links to nothing that the package does not hold',
  (path) => {
    expect(linksOf(path).filter((target) => !files.includes(target))).toEqual([])
  },
)

it('would see a link', () => {
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(['docs/flow.png', 'SECURITY.md']))
  expect(linksOf('SECURITY.md')).toContain('docs/threats.md')
  expect(linksOf('docs/threats.md')).toContain('SECURITY.md')
})
