// The connection pool, from the URL that LiteLLM gives to Prisma.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { checkServerIdentity } from 'node:tls'
import pg from 'pg'

const require = createRequire(import.meta.url)

// Parameters of the URL that node-postgres understands; Prisma's others are read below or mean nothing to a driver adapter.
const DRIVER_PARAMETERS = new Set(['application_name', 'options', 'sslcert', 'sslkey', 'sslmode', 'sslrootcert'])
const DEFAULT_CONNECTIONS = 10
const DEFAULT_POOL_TIMEOUT_SECONDS = 10

// The scalar and array types that @prisma/adapter-pg 5.17.0 maps (its conversion.ts).
const MAPPED_TYPES = new Set([
  16, 17, 18, 20, 21, 23, 25, 26, 114, 142, 143, 199, 650, 651, 700, 701, 790, 791, 869, 1000, 1001, 1002, 1005, 1007, 1009,
  1014, 1015, 1016, 1021, 1022, 1028, 1041, 1042, 1043, 1082, 1083, 1114, 1115, 1182, 1183, 1184, 1185, 1231, 1266, 1560,
  1561, 1562, 1563, 1700, 2950, 2951, 3802, 3807,
])
const FIRST_USER_TYPE = 16384
const TEXT = 25
const TEXT_ARRAY = 1009
const NAME_ARRAY = 1003

/** @returns {{schema: string, pool: object}} from a URL as Prisma documents it: postgresql://...?schema=&connection_limit= */
export function readUrl(text) {
  const url = new URL(text)
  const parameters = url.searchParams
  const schema = parameters.get('schema') ?? 'public'
  const poolTimeout = Number(parameters.get('pool_timeout') ?? DEFAULT_POOL_TIMEOUT_SECONDS)
  const max = Number(parameters.get('connection_limit') ?? DEFAULT_CONNECTIONS)
  const ssl = readCertificates(url)
  for (const name of [...parameters.keys()]) if (!DRIVER_PARAMETERS.has(name)) parameters.delete(name)
  // With it node-postgres reads sslmode as libpq and Prisma do: `require` encrypts without checking the certificate.
  if (parameters.has('sslmode')) parameters.set('uselibpqcompat', 'true')
  const pool = { connectionString: url.toString(), max, connectionTimeoutMillis: poolTimeout * 1000 }
  return { schema, pool: ssl ? { ...pool, ssl } : pool }
}

/**
 * Takes Prisma's words for a checked certificate out of the URL: to a driver `sslcert` is the client's own.
 * @returns {object|undefined} what they mean to node-postgres, which leaves out the check of an address by itself
 */
function readCertificates(url) {
  const parameters = url.searchParams
  const file = parameters.get('sslcert')
  if (!file || parameters.get('sslaccept') !== 'strict') return undefined
  for (const name of ['sslcert', 'sslmode']) parameters.delete(name)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { ca: readFileSync(file, 'utf8'), checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) }
}

export function openPool(options) {
  readCatalogTypesAsText()
  const pool = new pg.Pool(options)
  // Without a listener a connection lost while idle would end the process; the pool opens another by itself.
  pool.on('error', (error) => console.error(`query engine: connection lost: ${error.message}`))
  return pool
}

// Types of Postgres's own catalog, such as `name`, are unknown to the adapter, which refuses their rows.
function readCatalogTypesAsText() {
  const Result = require('pg/lib/result')
  const addFields = Result.prototype.addFields
  Result.prototype.addFields = function (fields) {
    for (const field of fields) {
      if (MAPPED_TYPES.has(field.dataTypeID) || field.dataTypeID >= FIRST_USER_TYPE) continue
      field.dataTypeID = field.dataTypeID === NAME_ARRAY ? TEXT_ARRAY : TEXT
    }
    return addFields.call(this, fields)
  }
}
