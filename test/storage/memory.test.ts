import { memoryStorage } from '../../src/server/storage/memory.ts'
import { testStorage } from './contract.ts'

testStorage('memory', memoryStorage)
