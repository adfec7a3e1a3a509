import { describe, expect, it } from 'vitest'
import { profileSchema } from '../../src/core/profile-schema.ts'
import type { ProfileField } from '../../src/core/profile.ts'
import { createHarness, ROSA } from './harness.ts'
import { POLICY, readCorpus } from './read-corpus.ts'

export { POLICY, readCorpus }

const NOW = Date.parse('2026-11-23T18:00:00Z')

/** Runs a corpus of form fields through the schema and through the proxy's route. */
export function testFormCorpus<Input>(
  name: string,
  toProfile: (input: Input) => Record<string, unknown>,
  options: {
    now?: (input: Input) => string
    normalized?: (value: unknown) => Partial<Record<ProfileField, unknown>>
  } = {},
): void {
  const cases = readCorpus<Input>(name)

  describe(`corpus ${name}`, () => {
    it('is not empty', () => {
      expect(cases.length).toBeGreaterThan(15)
    })

    it.each(cases)('schema: $expect $id, $why', ({ input, expect: verdict, normalized }) => {
      const now = options.now ? Date.parse(options.now(input)) : NOW
      const parsed = profileSchema(POLICY, now).safeParse({ ...ROSA, ...toProfile(input) })
      expect(parsed.success ? 'accept' : 'reject').toBe(verdict)
      if (!parsed.success) {
        const ours = new Set(Object.keys(toProfile(input)))
        expect(parsed.error.issues.every(({ path }) => ours.has(String(path[0])))).toBe(true)
        expect(parsed.error.issues.every(({ message }) => /^[a-z_]+\.[a-z_]+$/.test(message))).toBe(true)
      } else if (normalized !== undefined) {
        expect(parsed.data).toMatchObject(
          options.normalized?.(normalized) ?? { [Object.keys(toProfile(input))[0] ?? '']: normalized },
        )
      }
    })

    it.each(cases)('route: $expect $id, $why', async ({ input, expect: verdict }) => {
      const harness = createHarness({
        proxy: options.now ? { now: () => Date.parse(options.now?.(input) ?? '') } : {},
      })
      const { status, body } = await harness.browser().submit({ ...ROSA, ...toProfile(input) })
      expect(status).toBe(verdict === 'accept' ? 201 : 422)
      expect(harness.simulator.intents()).toHaveLength(verdict === 'accept' ? 1 : 0)
      if (verdict === 'reject') expect(body.error?.code).toBe('profile_invalid')
    })
  })
}
