import { testFormCorpus } from '../../support/corpus.ts'

interface AddressInput {
  address1: string
  address2?: string
}

// The question is the designator alone, so the city and state of a case, which fit no ZIP of ours, stay out.
testFormCorpus<string | AddressInput>('address_pobox', (input) =>
  typeof input === 'string'
    ? { address1: input }
    : { address1: input.address1, ...(input.address2 !== undefined && { address2: input.address2 }) },
)
