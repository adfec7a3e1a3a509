import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where partners' applications are put together: below the project, so that they find what they depend on. */
export const APPLICATIONS = join(import.meta.dirname, '../../build/mountings')

/** Packs the built package as for the registry, and installs it beside a copy of every application. */
export default function setup(): void {
  rmSync(APPLICATIONS, { recursive: true, force: true })
  const installed = join(APPLICATIONS, 'node_modules/astra-onboarding')
  mkdirSync(installed, { recursive: true })
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', APPLICATIONS],
    {
      encoding: 'utf8',
    },
  )
  const tarball = join(APPLICATIONS, packed.trim())
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'])
  // Without these they would lie inside our own package, whose name and whose paths would then mean the source folder.
  writeFileSync(join(APPLICATIONS, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(APPLICATIONS, 'tsconfig.json'), '{}')
  for (const name of ['express', 'hono', 'next', 'workerd']) {
    cpSync(join(import.meta.dirname, name), join(APPLICATIONS, name), { recursive: true })
  }
}
