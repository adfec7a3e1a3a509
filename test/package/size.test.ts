import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import type { Rollup } from 'vite'
import { expect, it } from 'vitest'

const KIB = 1024

it('the rules of the fields weigh less than 6 KiB in the browser, zod aside', async () => {
  const bytes = await gzippedBundle('src/core/profile-rules.ts', [])
  expect(bytes).toBeGreaterThan(2 * KIB)
  expect(bytes).toBeLessThan(6 * KIB)
})

/** What a browser downloads for this module, minified and gzipped. */
async function gzippedBundle(entry: string, external: string[]): Promise<number> {
  const result = (await build({
    root: resolve(import.meta.dirname, '../..'),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: 'oxc',
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rolldownOptions: { external },
    },
  })) as Rollup.RollupOutput[]
  const code = result.flatMap(({ output }) => output).map((chunk) => ('code' in chunk ? chunk.code : ''))
  return gzipSync(code.join('\n'), { level: 9 }).length
}
