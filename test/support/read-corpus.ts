import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfilePolicy } from '../../src/core/profile.ts'

/** A case of a corpus; `test/corpus/CONTRACT.md` has the rules that decide it. */
export interface CorpusCase<Input> {
  id: string
  input: Input
  expect: 'accept' | 'reject'
  normalized?: unknown
  why: string
}

/** What the cases of the form corpora are judged under. */
export const POLICY: ProfilePolicy = {
  kycType: 'verified',
  kycDelegation: false,
  minimumAge: 18,
  optionalFields: [],
  locked: [],
}

export function readCorpus<Input>(name: string): CorpusCase<Input>[] {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, `../corpus/${name}.json`), 'utf8'),
  ) as CorpusCase<Input>[]
}
