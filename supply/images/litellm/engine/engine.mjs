// Prisma's official WASM query engine, connected to Postgres through its driver adapter.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindAdapter } from '@prisma/driver-adapter-utils'
import { forAdapter, readShapes } from './datamodel.mjs'
import { openPool, readUrl } from './database.mjs'

const require = createRequire(import.meta.url)
const NO_TRACE = '{}'

/** @param environment as prisma-client-py sets it for its engine: PRISMA_DML_PATH, DATABASE_URL, OVERWRITE_DATASOURCES */
export async function createEngine(environment) {
  const datamodel = fs.readFileSync(environment.PRISMA_DML_PATH, 'utf8')
  const [override] = JSON.parse(environment.OVERWRITE_DATASOURCES ?? '[]')
  const { schema, pool } = readUrl(override?.url ?? environment.DATABASE_URL)
  const adapter = bindAdapter(new PrismaPg(openPool(pool), { schema }))
  const { QueryEngine } = loadWasm()
  const engine = new QueryEngine(options(datamodel), () => {}, adapter)
  await engine.connect(NO_TRACE)
  return {
    shapes: readShapes(datamodel),
    query: async (request, transaction) => JSON.parse(await engine.query(JSON.stringify(request), NO_TRACE, transaction)),
    start: async (settings) => JSON.parse(await engine.startTransaction(JSON.stringify(settings), NO_TRACE)),
    commit: async (id) => JSON.parse((await engine.commitTransaction(id, NO_TRACE)) || '{}'),
    rollback: async (id) => JSON.parse((await engine.rollbackTransaction(id, NO_TRACE)) || '{}'),
  }
}

function loadWasm() {
  const bindings = require('@prisma/client/runtime/query_engine_bg.postgresql.js')
  const binary = fs.readFileSync(require.resolve('@prisma/client/runtime/query_engine_bg.postgresql.wasm'))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { './query_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  return bindings
}

function options(datamodel) {
  return {
    datamodel: forAdapter(datamodel),
    logQueries: false,
    logLevel: 'error',
    ignoreEnvVarErrors: true,
    datasourceOverrides: {},
    // The data model names DATABASE_URL; the connection is the adapter's, so what it holds is never used.
    env: { DATABASE_URL: 'postgresql://adapter' },
    configDir: '.',
    engineProtocol: 'json',
  }
}
