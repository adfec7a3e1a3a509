// Before anything else of a test file is loaded: whatever asks for React gets React 18.
import Module from 'node:module'

interface Resolver {
  _resolveFilename: (request: string, ...rest: unknown[]) => string
}

const resolver = Module as unknown as Resolver
const resolve = resolver._resolveFilename
resolver._resolveFilename = (request, ...rest) =>
  resolve.call(Module, request.replace(/^(react|react-dom)(?=$|\/)/, '$1-18'), ...rest)
