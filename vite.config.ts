import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  plugins: [react()],
  // The demo imports the package by its own name, as a partner does.
  resolve: {
    alias: [
      { find: /^astra-onboarding$/, replacement: source('react/index.ts') },
      { find: 'astra-onboarding/styles.css', replacement: source('react/styles.css') },
      { find: 'astra-onboarding/server', replacement: source('server/index.ts') },
      { find: 'astra-onboarding/node', replacement: source('node/index.ts') },
      { find: 'astra-onboarding/storage/memory', replacement: source('server/storage/memory.ts') },
      { find: 'astra-onboarding/storage/sqlite', replacement: source('node/sqlite.ts') },
      { find: 'astra-onboarding/simulator', replacement: source('simulator/index.ts') },
    ],
  },
  build: { outDir: 'build/site', emptyOutDir: true },
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
    ],
  },
})
