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

/** Enough of the component tests to show that the oldest React works. */
const ON_REACT_18 = [
  'add-debit-card-button',
  'astra-status',
  'events',
  'history-steps',
  'hosted-flow',
  'hygiene',
  'launch',
  'query-client',
  'react-version',
  'server-render',
  'two-goals',
]

/** Tests that need the built package, as the mountings do. */
const BUILT = ['test/package/budgets.test.ts', 'test/package/command.test.ts']

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
      { find: /^astra-onboarding\/testing$/, replacement: source('testing/index.ts') },
      { find: 'astra-onboarding/testing/pages', replacement: source('testing/pages.ts') },
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
    // By itself it leaves one core idle, which here is half of them.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          // No test leaves anything behind for the next file, so that everything is loaded once for all of them.
          isolate: false,
          // Generous, because machines are slow at times; nothing here measures time.
          testTimeout: 30_000,
          include: ['test/{core,server,storage,simulator,node,package}/**/*.test.ts'],
          exclude: BUILT,
        },
      },
      {
        extends: true,
        test: {
          name: 'react',
          environment: 'jsdom',
          include: ['test/{react,testing}/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/react-setup.ts'],
        },
      },
      {
        extends: true,
        resolve: { alias: [{ find: /^(react|react-dom)(?=$|\/)/, replacement: '$1-18' }] },
        test: {
          name: 'react-18',
          environment: 'jsdom',
          include: [`test/react/{${ON_REACT_18.join()}}.test.tsx`],
          setupFiles: ['test/support/react-18.ts', 'test/support/react-setup.ts'],
          // So that they go by the alias, too.
          server: { deps: { inline: [/@testing-library\/react/, /@tanstack/, /react-hook-form/] } },
        },
      },
      {
        extends: true,
        test: {
          name: 'mountings',
          environment: 'node',
          include: ['test/mountings/*.test.ts', ...BUILT],
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Its driver answers late at times.
          retry: 1,
          maxWorkers: 2,
        },
      },
    ],
  },
})
