/**
 * Builds the app and, after it, the service worker with the list of everything that was built.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, defineConfig, type Plugin, type ResolvedConfig } from 'vite'

const root = import.meta.dirname

function packageVersion(): string {
  const found: unknown = JSON.parse(readFileSync(join(root, '../package.json'), 'utf8'))
  return typeof found === 'object' && found !== null && 'version' in found
    ? String(found.version)
    : ''
}

/** Every built file with its hash, as workbox wants it: what the app needs to start offline. */
function precacheList(folder: string): { url: string; revision: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'service-worker.js')
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const revision = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
      const url = path.slice(folder.length).replaceAll('\\', '/')
      // A page has one address; under its file's name some hosts redirect and others know nothing.
      return { url: url === '/index.html' ? '/' : url.replace(/\.html$/, ''), revision }
    })
    .sort((a, b) => a.url < b.url ? -1 : 1)
}

/** The service worker is one classic script at the root, so that its scope is the whole app. */
function serviceWorker(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'kilowit:service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved
    },
    async closeBundle() {
      const folder = join(config.root, config.build.outDir)
      const outDir = config.build.outDir.startsWith('/') ? config.build.outDir : folder
      await build({
        configFile: false,
        root,
        publicDir: false,
        logLevel: 'warn',
        define: { PRECACHE: JSON.stringify(precacheList(outDir)) },
        build: {
          outDir,
          emptyOutDir: false,
          modulePreload: false,
          rolldownOptions: {
            input: join(root, 'service-worker.ts'),
            output: { format: 'iife', entryFileNames: 'service-worker.js' },
          },
        },
      })
    },
  }
}

/** The first script is what a phone on a slow line waits for: it has a budget. */
function firstScript(limit: number): Plugin {
  return {
    name: 'kilowit:first-script',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const entry of Object.values(bundle)) {
        if (entry.type !== 'chunk' || !entry.isEntry) continue
        const files = new Set([entry.fileName])
        for (const name of files) {
          const chunk = bundle[name]
          if (chunk?.type === 'chunk') { for (const next of chunk.imports) files.add(next) }
        }
        let size = 0
        for (const name of files) {
          const chunk = bundle[name]
          if (chunk?.type === 'chunk') size += gzipSync(chunk.code).length
        }
        this.info(`first script: ${(size / 1024).toFixed(1)} KiB gzip of ${limit} KiB`)
        if (size > limit * 1024) this.error('The first script is over its budget: import later')
      }
    },
  }
}

export default defineConfig({
  root,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  define: { 'import.meta.env.VITE_VERSION': JSON.stringify(packageVersion()) },
  plugins: [firstScript(30), serviceWorker()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A policy without 'unsafe-inline' and data: is only kept if nothing is built in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [join(root, 'index.html'), join(root, 'reference.html')],
      // Few files: a browser that has six connections to a host gets them all at once.
      output: {
        codeSplitting: {
          groups: [
            { name: 'preact', test: /node_modules\/preact\/|vite\/preload-helper/ },
            {
              name: 'words',
              test: /@preact\/|preact-iso|pwa\/(i18n\/messages|app-error|parts\/(room-title|kept))/,
            },
          ],
        },
      },
    },
    reportCompressedSize: true,
  },
})
