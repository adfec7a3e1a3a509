import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ASTRA_ERROR_CODES, AstraError } from '../../src/core/errors.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

it('lists every error with an anchor, its status and its message', () => {
  const rows = ASTRA_ERROR_CODES.map((code) => {
    const { status, message, retryable } = new AstraError(code)
    const text = message.replace('[astra] ', '')
    return `| <a id="${code}"></a>\`${code}\` | ${status}${retryable ? ', retry' : ''} | ${text} |`
  })
  const written = readme.split('\n').filter((line) => line.startsWith('| <a id='))
  expect(written.map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual(
    rows.map((row) => row.replaceAll(/\s+/g, ' ')),
  )
})

it('keeps the quick start to ten lines of partner code', () => {
  const [, quickStart = ''] = /## Quick start([\s\S]*?)\n## /.exec(readme) ?? []
  const blocks = [...quickStart.matchAll(/```tsx?\n([\s\S]*?)```/g)].map(([, code]) => code ?? '')
  const lines = blocks
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '')
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.length).toBeLessThanOrEqual(10)
})

it('registers with the simulator of the quick start the very address that the proxy has', () => {
  const [, quickStart = ''] = /## Quick start([\s\S]*?)\n## /.exec(readme) ?? []
  const [, ofProxy] = /ASTRA_REDIRECT_URI=(\S+?)`/.exec(quickStart) ?? []
  expect(ofProxy).toMatch(/^http:\/\/localhost:/)
  expect(quickStart).toContain(
    `npx astra-onboarding simulator --data simulator.json --redirect-uri ${ofProxy}\n`,
  )
})
