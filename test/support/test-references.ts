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

/** Titles of the tests that a source really runs; those of a skipped one do not count. */
export function titlesIn(source: string, lang: 'ts' | 'tsx'): string[] {
  const titles: string[] = []
  const visit = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!isNode(value)) return
    if (value.type === 'CallExpression') {
      const [name = '', ...modifiers] = namesOf(value['callee'])
      const title = titleOf((value['arguments'] as unknown[])[0], source)
      const isTest = ['it', 'test', 'describe'].includes(name)
      if (isTest && modifiers.some((one) => ['skip', 'todo', 'fixme'].includes(one))) return
      if (isTest && title !== null) titles.push(title)
    }
    Object.values(value).forEach(visit)
  }
  visit(parseAst(source, { lang }))
  return titles
}

/** Whether a title is a template like `refuses %s` that may become this one. */
function becomes(part: string, title: string): boolean {
  const pattern = title
    .split(/\$\{[^}]*\}|%[sdifjo]|\$[\w.]+/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.+')
  return pattern.replaceAll(/\.\+|\W/g, '').length > 5 && new RegExp(`^${pattern}$`, 's').test(part)
}

const cache = new Map<string, string[]>()
function titlesOf(path: string): string[] | null {
  if (!existsSync(join(ROOT, path))) return null
  const known = cache.get(path) ?? titlesIn(read(path), path.endsWith('x') ? 'tsx' : 'ts')
  cache.set(path, known)
  return known
}

/** What is wrong with the references of a document: files and titles that are not there, or mean several. */
export function lost(markdown: string): string[] {
  const wrong = testsOf(markdown).flatMap((reference) => {
    const [path = '', part = ''] = reference.split(' › ')
    const titles = titlesOf(path)
    if (titles === null) return [`no such file: ${reference}`]
    const written = titles.filter((title) => title.includes(part))
    const found = written.length > 0 ? written : titles.filter((title) => becomes(part, title))
    if (found.includes(part) || found.length === 1) return []
    return [`${found.length} tests of that title: ${reference}`]
  })
  const gone = filesOf(markdown).filter((path) => !existsSync(join(ROOT, path)))
  return [...wrong, ...gone.map((path) => `no such file: ${path}`)]
}

export const unproven = (rows: readonly Row[]) =>
  rows.filter(({ last }) => testsOf(last).length === 0 && !REASON.test(last)).map(({ first }) => first)
