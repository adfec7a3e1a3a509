import { testFormCorpus } from '../../support/corpus.ts'

testFormCorpus<unknown>('ssn_last4', (ssnLast4) => ({ ssnLast4 }))
