import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<unknown>('naughty', (lastName) => ({ lastName }))
