#!/usr/bin/env node
// The program that PRISMA_QUERY_ENGINE_BINARY names. Prisma's native query engine is in no package registry; its official
// WASM build is. prisma-client-py starts an engine with `-p PORT`, asks `--version` before, and speaks GraphQL over HTTP
// (its engine/_query.py); this program answers in the native engine's place.
import { createEngine } from './engine.mjs'
import { createServer } from './server.mjs'

// The commit that Prisma 5.17.0 is built from: what the native engine of that version prints.
const VERSION = 'query-engine 393aa359c9ad4a4bb28630fb5613f9c281cde053'

if (process.argv.includes('--version')) {
  console.log(VERSION)
} else {
  const port = Number(process.argv[process.argv.indexOf('-p') + 1])
  const server = createServer(await createEngine(process.env))
  server.listen(port, 'localhost')
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
}
