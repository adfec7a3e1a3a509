import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { APPLICATIONS } from '../mountings/pack.ts'
import { BUNDLERS, gzippedBytes } from '../support/bundle.mjs'

const KIB = 1024
const installed = join(APPLICATIONS, 'node_modules/astra-onboarding')
const from = { from: APPLICATIONS }

const WIDGET = "export { AstraOnboarding } from 'astra-onboarding'"
const BUTTON = "export { AddDebitCardButton } from 'astra-onboarding'"
const BUTTON_ALONE = "export { AddDebitCardButton } from 'astra-onboarding/button'"
const QUERY = ['@tanstack/react-query']

/** esbuild loads whatever an index file re-exports at once. */
const BUTTON_OF = { rolldown: BUTTON, esbuild: BUTTON_ALONE } satisfies Record<keyof typeof BUNDLERS, string>

describe.each(['rolldown', 'esbuild'] as const)('bundled by %s', (bundler) => {
  const bundle = BUNDLERS[bundler]

  it.each([
    ['the button, before anybody comes near it', 6, BUTTON_OF[bundler], []],
    ['the whole widget with every dependency but React, in English', 42, WIDGET, []],
    ['the widget where the host has TanStack Query', 32, WIDGET, QUERY],
  ])('%s weighs at most %d KiB', async (what, kib, source, external) => {
    const { atOnce } = await bundle(source, { ...from, external })
    console.log(`${bundler}: ${what}: ${(atOnce / KIB).toFixed(2)} of ${kib} KiB`)
    expect(atOnce).toBeGreaterThan(KIB)
    expect(atOnce).toBeLessThan(kib * KIB)
  })

  it('the button leaves the widget for later', async () => {
    const { atOnce, later } = await bundle(BUTTON_OF[bundler], from)
    expect(later).toBeGreaterThan(8 * atOnce)
  })
})

it('the style sheet weighs at most 5 KiB', () => {
  const bytes = gzippedBytes(readFileSync(join(installed, 'dist/react/styles.css')))
  console.log(`styles.css: ${(bytes / KIB).toFixed(2)} of 5 KiB`)
  expect(bytes).toBeLessThan(5 * KIB)
})

it.each(['index.js', 'AddDebitCardButton.js', 'AstraOnboarding.js'])(
  '%s keeps its mark for frameworks that render on servers',
  (file) => {
    expect(readFileSync(join(installed, 'dist/react', file), 'utf8')).toMatch(/^'use client'/)
  },
)
