/** Breaks the rules of the fields, addresses and signatures in every way Stryker knows; see docs/mutation-survivors.md. */
export default {
  mutate: [
    'src/core/{address,fields,name,phone,po-box,profile,states,text}.ts',
    'src/server/{client-ip,ip-address,metadata,webhook-signature}.ts',
  ],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/stryker-vitest.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Without tsconfig.json: Stryker would rewrite it, and cannot with TypeScript 7. The tests do not need it.
  ignorePatterns: ['*', '!package.json', '!src/**', '!test/**'],
  tempDirName: 'build/stryker/sandbox',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'build/stryker/report.json' },
  thresholds: { high: 98, low: 95, break: 95 },
}
