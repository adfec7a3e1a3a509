export { createAstraSimulator } from './simulator.ts'
export type { AstraSimulator, LoggedRequest, SimulatorOptions } from './simulator.ts'
export type { FidelityOptions } from './context.ts'
export type { ApiRoute, Fault, FaultTimes } from './faults.ts'
export type {
  QueuedWebhook,
  SimulatedBusinessProfile,
  SimulatedCard,
  SimulatedIntent,
  SimulatedUser,
  SimulatedWebhook,
  SimulatorState,
} from './store.ts'
export type { SimulatedWebhooks, WebhookAttempt, WebhookSubscription } from './webhooks.ts'
