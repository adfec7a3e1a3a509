import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<unknown>('phone', (phone) => ({ phone }))
