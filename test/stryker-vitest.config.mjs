import { defineConfig } from 'vitest/config'

/** The tests that know the rules by heart. Those with random input stay out: a score has to be the same twice. */
export default defineConfig({
  test: {
    environment: 'node',
    include: [
      'test/core/{field-codes,po-box,profile,rules-edges}.test.ts',
      'test/core/corpus/*.test.ts',
      'test/server/corpus/*.test.ts',
    ],
  },
})
