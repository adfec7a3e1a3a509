import { execFileSync, spawn } from 'node:child_process'
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
    execFileSync('npm', ['pack', '--dry-run', '--json', '--silent'], { encoding: 'utf8' }),
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
      'docs/threats.md',
      'dist/react/index.js',
      'dist/react/styles.css',
    ]),
  )
  expect(
    files.filter(
      (file) =>
        !/^(dist\/(core|server|node|react|simulator|testing)\/|dist\/command\.|docs\/(asvs|threats)\.md$|[A-Z]+(\.md)?$|package\.json$)/.test(
          file,
        ),
    ),
  ).toEqual([])
})

test("the command starts a simulator that answers as Astra's API and module do", async () => {
  const command = spawn(process.execPath, [
    'dist/command.js',
    'simulator',
    '--port',
    '0',
    '--redirect-uri',
    'http://localhost:1/r',
  ])
  try {
    const greeting = await new Promise<string>((resolve) =>
      command.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    )
    const origin = /http:\S+/.exec(greeting)?.[0] ?? ''
    const api = await fetch(`${origin}/v1/user`)
    expect(api.status).toBe(401)
    expect(api.headers.get('request-id')).toMatch(/^req_/)
    const module = await fetch(`${origin}/login/oauth/authorize?client_id=other`)
    expect(await module.text()).toContain('Invalid client_id')
  } finally {
    command.kill()
  }
})

test('the command says how it is used when it is not understood', () => {
  const run = () =>
    execFileSync(process.execPath, ['dist/command.js', 'simulate'], { encoding: 'utf8', stdio: 'pipe' })
  expect(run).toThrow('The only command is `simulator`.')
})
