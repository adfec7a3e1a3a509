import { describe, expect, it } from 'vitest'
import { judgeInput } from '../../src/core/profile-input.ts'
import type { ProfileField } from '../../src/core/profile.ts'
import { createHarness, ROSA } from './harness.ts'
import { POLICY, readCorpus } from './read-corpus.ts'

export { POLICY, readCorpus }

const NOW = Date.parse('2026-11-23T18:00:00Z')

/** Runs a corpus of form fields through the rules and through the proxy's route. */
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

    it.each(cases)('rules: $expect $id, $why', ({ input, expect: verdict, normalized }) => {
      const now = options.now ? Date.parse(options.now(input)) : NOW
      const ours = toProfile(input)
      const judged = judgeInput({ ...ROSA, ...ours }, POLICY, now) ?? { refused: {} }
      expect('profile' in judged ? 'accept' : 'reject').toBe(verdict)
      if ('refused' in judged) {
        expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(judged.refused)))
        for (const code of Object.values(judged.refused)) expect(code).toMatch(/^[a-z_]+\.[a-z_]+$/)
      } else if (normalized !== undefined) {
        expect(judged.profile).toMatchObject(
          options.normalized?.(normalized) ?? { [Object.keys(ours)[0] ?? '']: normalized },
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
