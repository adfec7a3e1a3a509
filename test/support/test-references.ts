import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vite'

const ROOT = join(import.meta.dirname, '../..')
export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** How a row without a test begins to say why. */
const REASON = /^(No test|Partner’s|Astra’s|Does not apply|Not met|By review): .{20}/s

interface Row {
  first: string
  cells: string[]
  last: string
}

/** The rows of all tables of a document, without their heads. */
export function rowsOf(markdown: string): Row[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'))
  const rows = lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  )
  const isHead = (index: number) => /^:?-+:?$/.test(rows[index + 1]?.[0] ?? '')
  const isRule = (index: number) => /^:?-+:?$/.test(rows[index]?.[0] ?? '')
  return rows
    .filter((_, index) => !isHead(index) && !isRule(index))
    .map((cells) => ({ first: cells[0] ?? '', cells, last: cells.at(-1) ?? '' }))
}

const spans = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)
export const testsOf = (text: string) =>
  spans(text).filter((span) => span.startsWith('test/') && span.includes(' › '))
/** Files and folders that a text names, tests aside. */
export const filesOf = (text: string) =>
  spans(text).filter((span) => /^(src|test|docs|\.ci)\/[\w./-]+$|^[\w.-]+\.(md|json)$/.test(span))

interface Node {
  type: string
  [member: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** The names of a callee like `it.each(cases)`: it, each. */
function namesOf(callee: unknown): string[] {
  if (!isNode(callee)) return []
  if (callee.type === 'Identifier') return [callee['name'] as string]
  if (callee.type === 'MemberExpression')
    return [...namesOf(callee['object']), ...namesOf(callee['property'])]
  return callee.type === 'CallExpression' || callee.type === 'TaggedTemplateExpression'
    ? namesOf(callee['callee'] ?? callee['tag'])
    : []
}

/** The text of a title as it stands in the source, with `${…}` where something is put in. */
function titleOf(argument: unknown, source: string): string | null {
  if (!isNode(argument)) return null
  if (argument.type === 'Literal') return typeof argument['value'] === 'string' ? argument['value'] : null
  if (argument.type !== 'TemplateLiteral') return null
  return source.slice((argument['start'] as number) + 1, (argument['end'] as number) - 1)
}

interface Test {
  title: string
  /** Whether it carries the tag by which Firefox runs it, too: itself, or by a describe around it. */
  everyEngine: boolean
}

/** The tests that a source really runs; a skipped one does not count. */
function testsIn(source: string, lang: 'ts' | 'tsx'): Test[] {
  const tests: Test[] = []
  const visit = (value: unknown, around: boolean) => {
    if (Array.isArray(value)) return value.forEach((one) => visit(one, around))
    if (!isNode(value)) return
    let everyEngine = around
    if (value.type === 'CallExpression') {
      const [name = '', ...modifiers] = namesOf(value['callee'])
      const [first, second] = value['arguments'] as unknown[]
      const title = titleOf(first, source)
      const isTest = ['it', 'test', 'describe'].includes(name)
      if (isTest && modifiers.some((one) => ['skip', 'todo', 'fixme'].includes(one))) return
      everyEngine ||= isTest && namesOf(second).includes('EVERY_ENGINE')
      if (isTest && title !== null) tests.push({ title, everyEngine })
    }
    Object.values(value).forEach((one) => visit(one, everyEngine))
  }
  visit(parseAst(source, { lang }), false)
  return tests
}

export const titlesIn = (source: string, lang: 'ts' | 'tsx') =>
  testsIn(source, lang).map(({ title }) => title)

/** Whether a title is a template like `refuses %s` that may become this one. */
function becomes(part: string, title: string): boolean {
  const pattern = title
    .split(/\$\{[^}]*\}|%[sdifjo]|\$[\w.]+/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.+')
  return pattern.replaceAll(/\.\+|\W/g, '').length > 5 && new RegExp(`^${pattern}$`, 's').test(part)
}

const cache = new Map<string, Test[]>()
function testsOfFile(path: string): Test[] | null {
  if (!existsSync(join(ROOT, path))) return null
  const known = cache.get(path) ?? testsIn(read(path), path.endsWith('x') ? 'tsx' : 'ts')
  cache.set(path, known)
  return known
}

/** What a reference like `test/file.test.ts › part of a title` may mean; null when its file is not there. */
function meantBy(reference: string): Test[] | null {
  const [path = '', part = ''] = reference.split(' › ')
  const tests = testsOfFile(path)
  if (tests === null) return null
  const written = tests.filter(({ title }) => title.includes(part))
  const found = written.length > 0 ? written : tests.filter(({ title }) => becomes(part, title))
  const exact = found.filter(({ title }) => title === part)
  return exact.length > 0 ? exact.slice(0, 1) : found
}

/** What is wrong with the references of a document: files and titles that are not there, or mean several. */
export function lost(markdown: string): string[] {
  const wrong = testsOf(markdown).flatMap((reference) => {
    const tests = meantBy(reference)
    if (tests === null) return [`no such file: ${reference}`]
    return tests.length === 1 ? [] : [`${tests.length} tests of that title: ${reference}`]
  })
  const gone = filesOf(markdown).filter((path) => !existsSync(join(ROOT, path)))
  return [...wrong, ...gone.map((path) => `no such file: ${path}`)]
}

/** Where a text's tests run, like `Ch Fx, any`: in which engines, and "any" for one that needs no browser. */
export function whereShown(text: string): string {
  const references = testsOf(text)
  const inside = (folder: string) => references.filter((reference) => reference.startsWith(folder))
  const journeys = inside('test/e2e/')
  const webkit = inside('test/webkit/')
  const engines = [
    journeys.length > 0 && 'Ch',
    journeys.some((reference) => meantBy(reference)?.every(({ everyEngine }) => everyEngine)) && 'Fx',
    webkit.length > 0 && 'Wk',
  ].filter(Boolean)
  const withoutBrowser = references.length > journeys.length + webkit.length
  return [engines.join(' '), withoutBrowser && 'any'].filter(Boolean).join(', ') || 'none'
}

export const unproven = (rows: readonly Row[]) =>
  rows.filter(({ last }) => testsOf(last).length === 0 && !REASON.test(last)).map(({ first }) => first)
