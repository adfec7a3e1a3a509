import { testFormCorpus } from '../../support/corpus.ts'

interface StateAndZip {
  state: unknown
  postal_code: unknown
}

testFormCorpus<StateAndZip>('state_zip', ({ state, postal_code: postalCode }) => ({ state, postalCode }), {
  normalized: (value) => {
    const { state, postal_code: postalCode } = value as StateAndZip
    return { state, postalCode }
  },
})
