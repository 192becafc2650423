/**
 * The one policy of Trusted Types (W3C) of this page: which scripts it may start by address. There
 * are two, both built with it: the service worker, and the worker that reads and verifies.
 *
 * @module
 */
/// <reference types="vite/client" />
// The bundler makes this module of the file's address.
// oxlint-disable-next-line import/default
import readingWorker from './proof-run/worker.ts?worker&url'

export const SERVICE_WORKER = '/service-worker.js'
export const READING_WORKER = readingWorker

interface Policy {
  createScriptURL(url: string): string
}

interface Policies {
  createPolicy(name: string, rules: Policy): Policy
}

function hasPolicies(scope: object): scope is { trustedTypes: Policies } {
  return 'trustedTypes' in scope
}

function createScriptURL(url: string): string {
  if (url === SERVICE_WORKER || url === READING_WORKER) return url
  throw new TypeError('Cannot load a script of another address')
}

function makePolicy(scope: object): Policy {
  return hasPolicies(scope)
    ? scope.trustedTypes.createPolicy('kilowit-scripts', { createScriptURL })
    : { createScriptURL }
}

/** Made with the page: the name is given once, and nobody may come before. */
const policy = makePolicy(globalThis)

/** The address as what takes scripts by address wants it. */
export function trustedScript(address: string): string {
  return policy.createScriptURL(address)
}
