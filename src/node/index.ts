export { toNodeHandler } from './to-node-handler.ts'
export { keepMaintained } from './keep-maintained.ts'
export { nodeTransport } from './astra-transport.ts'
