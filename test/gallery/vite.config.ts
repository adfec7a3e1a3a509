import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What `npx msw init` would put beside the pages. */
const serviceWorker: Plugin = {
  name: 'service-worker',
  generateBundle() {
    const source = readFileSync(createRequire(import.meta.url).resolve('msw/mockServiceWorker.js'))
    this.emitFile({ type: 'asset', fileName: 'mockServiceWorker.js', source })
  },
}

/** A page that shows every screen of the widget, one of a partner's with the button, one with MSW in the browser. */
export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [react(), serviceWorker],
  build: {
    outDir: here('../../build/gallery'),
    emptyOutDir: true,
    target: 'es2022',
    // The page with MSW has proxy and simulator in it.
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: { input: [here('index.html'), here('host.html'), here('worker.html')] },
  },
})
