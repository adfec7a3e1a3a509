import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<{ dob: unknown; now: string }>('dob', ({ dob }) => ({ dateOfBirth: dob }), {
  now: ({ now }) => now,
})
