import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { APPLICATIONS } from './pack.ts'

const TSC = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace(/package\.json$/, 'bin/tsc')

const PAGE = `
import { AddDebitCardButton, AstraGate, AstraOnboarding, useAstraOnboarding, useAstraStatus } from 'astra-onboarding'
import type { AstraOnboardingProps } from 'astra-onboarding'
import type {
  Answer, AstraErrorCode, Demand, Goal, HostedFlow, HostedFlowReason, InputProps, ProfileField, Section, SendFailure,
} from 'astra-onboarding'
import 'astra-onboarding/styles.css'
import { AddDebitCardButton as Alone } from 'astra-onboarding/button'
import { createElement, version } from 'react'
import type { FC, ReactElement } from 'react'

export type Named = [
  Answer, AstraErrorCode, Demand, Goal, HostedFlow, HostedFlowReason, InputProps, ProfileField, Section, SendFailure,
]
export const Onboarding: FC<AstraOnboardingProps> = AstraOnboarding
export function Page(): ReactElement {
  const { screen } = useAstraOnboarding()
  const { status } = useAstraStatus()
  return (
    <AstraGate fallback={status}>
      <AstraOnboarding launch="auto" onExit={({ reason }) => reason satisfies string} />
      <AddDebitCardButton onOpenChange={(open) => open satisfies boolean}>{screen.name} {version}</AddDebitCardButton>
      {createElement(Alone, { supportUrl: '/help' })}
    </AstraGate>
  )
}
`

/** What a partner's compiler says of this page, with the types of React that they have. */
function compile(react: string, page: string): string {
  const folder = join(APPLICATIONS, react)
  mkdirSync(folder, { recursive: true })
  const types = join(import.meta.dirname, '../../node_modules', react)
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    jsx: 'react-jsx',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: [],
    // Everything that asks for React gets these; also the package's own declarations.
    paths: { react: [`${types}/index.d.ts`], 'react/*': [`${types}/*.d.ts`] },
  }
  writeFileSync(join(folder, 'page.tsx'), page)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.tsx'] }))
  try {
    return execFileSync(process.execPath, [TSC, '-p', '.'], { cwd: folder, encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

it.each(['types-react-18', '@types/react'])('the packed declarations compile with %s', (react) => {
  expect(compile(react, PAGE)).toBe('')
})

it('would show a type that React 18 does not have', () => {
  const page = "import { use } from 'react'\nexport const read = use\n"
  expect(compile('types-react-18', page)).toContain("has no exported member 'use'")
  expect(compile('@types/react', page)).toBe('')
})
