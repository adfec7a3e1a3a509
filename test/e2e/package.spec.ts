import { execFileSync } from 'node:child_process'
import { expect, test } from '@playwright/test'

const DOORS = {
  'astra-onboarding': [
    'AddDebitCardButton',
    'AstraGate',
    'AstraOnboarding',
    'FIELD_CODES',
    'ProxyError',
    'completeAstraReturn',
    'refreshAstraStatus',
    'useAstraLanguage',
    'useAstraOnboarding',
    'useAstraStatus',
    'useProfileField',
    'useProfileForm',
  ],
  'astra-onboarding/button': ['AddDebitCardButton'],
  'astra-onboarding/server': [
    'ASTRA_ERROR_CODES',
    'AstraError',
    'FIELD_CODES',
    'createAstraProxy',
    'isAstraError',
  ],
  'astra-onboarding/node': ['keepMaintained', 'nodeTransport', 'toNodeHandler'],
  'astra-onboarding/storage/memory': ['memoryStorage'],
  'astra-onboarding/storage/sqlite': ['sqliteStorage'],
  'astra-onboarding/simulator': ['createAstraSimulator'],
  'astra-onboarding/storage/postgres': ['postgresStorage'],
  'astra-onboarding/testing': [
    'CUSTOMER_STATES',
    'ROSA',
    'TEST_CARD_NUMBERS',
    'hostedPage',
    'mockAstra',
    'onboardingPage',
    'playwright',
    'testingLibrary',
  ],
  'astra-onboarding/testing/pages': [
    'ROSA',
    'TEST_CARD_NUMBERS',
    'hostedPage',
    'onboardingPage',
    'playwright',
    'testingLibrary',
  ],
}

test('every door of the built package opens in plain Node and exports exactly what it promises', () => {
  for (const [door, names] of Object.entries(DOORS)) {
    const code = `import(${JSON.stringify(door)}).then((names) => console.log(Object.keys(names).sort().join()))`
    expect(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }).trim()).toBe(names.join())
  }
})

test('the packed package holds the doors, the styles and the companions, and no demo and no test', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--dry-run', '--json', '--silent'], {
      encoding: 'utf8',
    }),
  ) as {
    files: { path: string }[]
  }[]
  const files = packed?.files.map(({ path }) => path) ?? []
  expect(files).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'CHANGELOG.md',
      'docs/asvs.md',
      'docs/flow.png',
      'docs/threats.md',
      'dist/react/index.js',
      'dist/react/styles.css',
      'dist/react/styles.css.d.ts',
    ]),
  )
  expect(
    files.filter(
      (file) =>
        !/^(dist\/(core|server|node|react|simulator|testing)\/|dist\/command\.|docs\/[\w-]+\.md$|docs\/flow\.png$|[A-Z]+(\.md)?$|package\.json$)/.test(
          file,
        ),
    ),
  ).toEqual([])
})
