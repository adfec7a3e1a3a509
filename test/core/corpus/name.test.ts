import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<unknown>('name', (firstName) => ({ firstName }))
