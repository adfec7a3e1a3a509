import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One page that shows every screen of the widget, for pictures and scans, and a partner's page with the button. */
export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [react()],
  build: {
    outDir: here('../../build/gallery'),
    emptyOutDir: true,
    rolldownOptions: { input: [here('index.html'), here('host.html')] },
  },
})
