// What a browser downloads: a few lines of an app, bundled for production by one bundler, gzipped file by file.
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import { build as vite } from 'vite'

const ROOT = resolve(import.meta.dirname, '../..')
const REACT = ['react', 'react-dom']
const DEFINE = { 'process.env.NODE_ENV': '"production"' }

/** Bytes of a text or a file's content as a server sends it. */
export function gzippedBytes(content) {
  return gzipSync(content, { level: 9 }).length
}

/**
 * The bytes that load at once, and those that an `import()` brings later. React counts as the host's own.
 * @param source the app
 * @param options `external`: further packages that the host has; `from`: the folder whose packages are meant
 */
export const BUNDLERS = {
  async esbuild(source, { external = [], from = ROOT } = {}) {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents: source, resolveDir: from },
      // The paths of this repository's own tsconfig.json would lead past the built package.
      tsconfigRaw: {},
      outdir: '/bundle',
      write: false,
      metafile: true,
      bundle: true,
      splitting: true,
      format: 'esm',
      target: 'es2022',
      minify: true,
      define: DEFINE,
      external: [...REACT, ...external],
      logLevel: 'error',
    })
    const outputs = Object.entries(metafile.outputs).map(([path, { entryPoint, imports }]) => ({
      name: path,
      isEntry: entryPoint === '<stdin>',
      imports: imports.filter(({ kind }) => kind === 'import-statement').map((one) => one.path),
    }))
    return weigh(
      // Both lists have the same order.
      outputs.map((output, index) => ({ ...output, code: outputFiles[index]?.text ?? '' })),
    )
  },

  async rolldown(source, { external = [], from = ROOT } = {}) {
    const entry = join(from, 'bundle-entry.js')
    const { output } = await vite({
      root: from,
      configFile: false,
      logLevel: 'error',
      define: DEFINE,
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === entry ? id : null),
          load: (id) => (id === entry ? source : null),
        },
      ],
      build: {
        write: false,
        minify: 'oxc',
        target: 'es2022',
        modulePreload: false,
        rolldownOptions: {
          input: entry,
          preserveEntrySignatures: 'strict',
          external: (id) => [...REACT, ...external].some((name) => id === name || id.startsWith(`${name}/`)),
        },
      },
    })
    return weigh(
      output.map(({ fileName, isEntry, imports, code }) => ({ name: fileName, isEntry, imports, code })),
    )
  },
}

function weigh(files) {
  const first = new Set(files.filter(({ isEntry }) => isEntry).map(({ name }) => name))
  for (const name of first)
    for (const next of files.find((file) => file.name === name)?.imports ?? []) first.add(next)
  const bytes = (isFirst) =>
    files
      .filter(({ name }) => first.has(name) === isFirst)
      .reduce((sum, { code }) => sum + gzippedBytes(code), 0)
  return { atOnce: bytes(true), later: bytes(false) }
}
