import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vite'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** Loads one file with one line changed; `test/mutate.mjs` says which. */
function mutant(): Plugin {
  const { file, line, to } = JSON.parse(process.env['ASTRA_MUTANT'] ?? '{}') as {
    file?: string
    line: number
    to: string
  }
  return {
    name: 'mutant',
    enforce: 'pre',
    transform(code, id) {
      if (!file || !id.endsWith(file)) return null
      const lines = code.split('\n')
      lines[line - 1] = to
      return lines.join('\n')
    },
  }
}

export default defineConfig({
  plugins: [mutant(), react()],
  // The demo imports the package by its own name, as a partner does.
  resolve: {
    alias: [
      { find: /^astra-onboarding$/, replacement: source('react/index.ts') },
      { find: 'astra-onboarding/styles.css', replacement: source('react/styles.css') },
      { find: 'astra-onboarding/server', replacement: source('server/index.ts') },
      { find: 'astra-onboarding/node', replacement: source('node/index.ts') },
      { find: 'astra-onboarding/storage/memory', replacement: source('server/storage/memory.ts') },
      { find: 'astra-onboarding/storage/sqlite', replacement: source('node/sqlite.ts') },
      { find: 'astra-onboarding/storage/postgres', replacement: source('server/storage/postgres.ts') },
      { find: 'astra-onboarding/simulator', replacement: source('simulator/index.ts') },
    ],
  },
  build: {
    outDir: 'build/site',
    emptyOutDir: true,
    // The demo uses both the button and the embedded widget, so here nothing is left to load later.
    rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
  },
  // `npm run dev`: pages from here, the rest from the demo's own server.
  server: {
    port: 5173,
    strictPort: true,
    proxy: { '/api/astra': 'http://localhost:3001', '/demo': 'http://localhost:3001' },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/{core,server,storage,simulator,node,package}/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'react',
          environment: 'jsdom',
          include: ['test/react/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/react-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'mountings',
          environment: 'node',
          include: ['test/mountings/*.test.ts'],
          // Needs the built package.
          globalSetup: 'test/mountings/pack.ts',
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'webkit',
          environment: 'node',
          // Needs the built demo, WebKitGTK and a display.
          include: ['test/webkit/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
