import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { compile } from 'tailwindcss'

const { resolve } = createRequire(import.meta.url)
const read = (path: string) => readFileSync(resolve(path), 'utf8')

/** Everything that a careless style sheet does to plain elements. */
const HOSTILE = `
  html { font-size: 62.5% }
  body { color: rgb(20, 60, 20); font: 1.4rem/1.2 serif; text-align: center; text-transform: lowercase }
  * { margin: 0; padding: 0; border: 0; font: inherit; color: inherit; background: none; appearance: none;
    outline: none; list-style: none; text-decoration: none; vertical-align: baseline; min-width: auto }
  *, ::before, ::after { box-sizing: content-box; transition: all 0.2s; animation: none }
  input, button, select, fieldset, dialog { all: unset }
  div, section, form { max-width: 600px; overflow: hidden }
  div { line-height: 3; min-height: 1px }
  section { position: relative; padding: 20px; background: rgb(255, 240, 240); opacity: 0.9 }
  h2, h3 { font-size: 4rem; letter-spacing: 0.05em; text-transform: uppercase; border-bottom: 1px solid red }
  p { margin-bottom: 2em; max-width: 20em; text-indent: 2em }
  a { color: red; border-bottom: 1px dotted; transition: color 1s }
  :focus, :focus-visible { outline: 0; box-shadow: none }
  label, legend { display: none; float: left; width: 25%; text-transform: uppercase }
  legend { position: absolute; left: -9999px }
  span { display: block; color: gray }
  ul { list-style: none; columns: 2 }
  li { display: inline; float: left; margin-left: 10px }
  dl, dt, dd { float: left; width: 50%; margin-left: 40px }
  summary { list-style: none; display: block; color: gray }
  svg { display: none; width: 100%; fill: red; vertical-align: middle }
  input, select { width: 50px; height: 20px; border-radius: 20px; box-shadow: inset 0 2px 4px red; line-height: 1 }
  ::placeholder { color: transparent }
  button { text-transform: uppercase; letter-spacing: 0.1em; width: 100%; height: 30px; line-height: 30px;
    opacity: 0.5; white-space: nowrap; text-shadow: 0 1px red; border-radius: 50px; transform: skewX(-5deg) }
  button:hover, a:hover { background: yellow; color: blue; transform: scale(1.2) }
  button:disabled, [aria-disabled='true'], [readonly] { display: none }
  dialog { position: static; width: 100%; max-width: 300px; margin: 0; inset: 0 auto auto 0; transform: none }
  dialog::backdrop { background: none }
  [role='alert'], [role='status'] { position: fixed; top: 0; right: 0; background: black; color: white }
`

/** The sheets of hosts that are nothing like each other, or like ours. */
export const HOSTS: Record<string, string> = {
  'Tailwind 4': await tailwind('@import "tailwindcss";'),
  'an unlayered preflight, like that of Tailwind 3': `${await tailwind('@import "tailwindcss/preflight.css";')}
    button, input:where([type='button'], [type='reset'], [type='submit']) {
      -webkit-appearance: button; background-color: transparent; background-image: none }`,
  'Bootstrap 5': read('bootstrap/dist/css/bootstrap.css'),
  'a hostile reset': HOSTILE,
}

/** What Tailwind makes of a style sheet and of the classes that a page uses. */
export async function tailwind(source: string, classes: string[] = []): Promise<string> {
  const loadStylesheet = async (id: string, base: string) => {
    const path = resolve(id === 'tailwindcss' ? 'tailwindcss/index.css' : id)
    return { path, base, content: readFileSync(path, 'utf8') }
  }
  return (await compile(source, { loadStylesheet })).build(classes)
}
