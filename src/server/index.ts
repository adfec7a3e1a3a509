export { createAstraProxy } from './proxy.ts'
export type { AstraProxy } from './astra-proxy.ts'
export type { CustomerStatus, ImportedCustomer } from './partner.ts'
export type { Maintenance } from './maintain.ts'
export type {
  AstraLogger,
  AstraProxyOptions,
  CustomerChange,
  Identity,
  Limits,
  LogFields,
  Platform,
  TrustedAuthentication,
  TrustedCustomer,
} from './options.ts'
export type {
  AstraStorage,
  Change,
  CounterWindow,
  Page,
  RecordKind,
  StoredRecord,
} from './storage/storage.ts'
export { ASTRA_ERROR_CODES, AstraError, isAstraError } from '../core/errors.ts'
export type { AstraErrorCode } from '../core/errors.ts'
export { FIELD_CODES } from '../core/field-codes.ts'
export type { FieldCode } from '../core/field-codes.ts'
export type { OnboardingStep } from '../core/next-step.ts'
export type { KycType, OptionalField } from '../core/profile.ts'
export type { UserIntentStatus, UserStatus } from '../core/status.ts'
export type { Transport, TransportAnswer, TransportCall } from './transport.ts'
