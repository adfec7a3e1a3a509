import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<unknown>('email', (email) => ({ email }))
