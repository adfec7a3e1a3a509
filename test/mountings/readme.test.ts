import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const [, section = ''] = /\n## Mounting\n([^]*?)\n## /.exec(readme) ?? []
const snippets = [...section.matchAll(/<!-- (\S+?):?(?: .*)? -->\n\n```[jt]s\n([^]*?)```/g)]

it('shows a snippet of every application', () => {
  expect(snippets.map(([, file = '']) => file.split('/')[0])).toEqual([
    'express',
    'express',
    'express',
    'hono',
    'next',
    'workerd',
  ])
  expect(section.match(/```[jt]s/g)).toHaveLength(snippets.length)
})

it.each(snippets.map(([, file = '', code = '']) => [file, code] as const))(
  'shows lines of %s as they run here, and in their order',
  (file, code) => {
    const shown = code.replaceAll(/(^|\s)\/\/ .*/g, '$1').replaceAll(/\s*\n\s*/g, '\n')
    const running = readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/\s*\n\s*/g, '\n')
    expect(running).toContain(shown.trim())
  },
)
