import { test as base } from '@playwright/test'
import { startBank } from './bank-process.ts'
import type { Bank, BankOptions } from './bank-process.ts'

export const test = base.extend<{ bank: Bank; bankOptions: BankOptions }>({
  bankOptions: [{}, { option: true }],
  bank: async ({ bankOptions }, use) => {
    const bank = await startBank(bankOptions)
    await use(bank)
    await bank.stop()
  },
  baseURL: async ({ bank }, use) => use(bank.origin),
})

export type { Bank } from './bank-process.ts'
export { expect } from '@playwright/test'
