import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')

/** What makes a program or a document of text. */
const DANGEROUS =
  /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b|child_process|createContextualFragment|srcdoc/

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))

it('makes no program and no document of text, anywhere', () => {
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter((file) => DANGEROUS.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([])
})

it('would see it', () => {
  for (const call of ['el.innerHTML = x', 'eval(x)', 'new Function(x)', "import('node:child_process')"])
    expect(call).toMatch(DANGEROUS)
})
