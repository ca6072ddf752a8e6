// The HTTP interface of the native query engine, as far as prisma-client-py uses it (prisma/engine/_query.py).
import http from 'node:http'
import { toData, toErrors } from './answer.mjs'
import { translate } from './request.mjs'

const TRANSACTION_END = /^\/transaction\/([^/]+)\/(commit|rollback)$/
// Prisma's own defaults, in milliseconds.
const MAX_WAIT = 2000
const TIMEOUT = 5000
// "Raw query failed", and the client's class for what it cannot name otherwise.
const UNEXPECTED = 'P2010'

export function createServer(engine) {
  return http.createServer(async (request, response) => {
    let answer
    try {
      answer = await route(engine, request, await readBody(request))
    } catch (error) {
      console.error(`query engine: ${error.stack ?? error}`)
      answer = toErrors({ message: String(error), error_code: UNEXPECTED })
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  })
}

async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function route(engine, request, body) {
  if (request.url === '/status') return { status: 'ok' }
  if (request.url.startsWith('/metrics')) return { counters: [], gauges: [], histograms: [] }
  if (request.url === '/transaction/start') return transactionAnswer(await engine.start(readSettings(body)))
  const end = TRANSACTION_END.exec(request.url)
  if (end) return transactionAnswer(await engine[end[2]](end[1]))
  const payload = JSON.parse(body)
  const transaction = request.headers['x-transaction-id']
  return payload.batch ? runBatch(engine, payload, transaction) : runOne(engine, payload.query, transaction)
}

function readSettings(body) {
  const { max_wait = MAX_WAIT, timeout = TIMEOUT, isolation_level } = JSON.parse(body || '{}')
  return { max_wait, timeout, isolation_level }
}

function transactionAnswer(answer) {
  return answer.error_code ? toErrors(answer) : answer
}

async function runOne(engine, document, transaction) {
  const data = {}
  for (const operation of translate(document, engine.shapes)) {
    const answer = await engine.query(operation.query, transaction)
    if (answer.errors) return { errors: answer.errors }
    Object.assign(data, toData(operation, answer.data))
  }
  return { data }
}

async function runBatch(engine, payload, transaction) {
  const operations = payload.batch.map(({ query }) => translate(query, engine.shapes)[0])
  const request = { batch: operations.map(({ query }) => query) }
  // Inside an open transaction the batch is part of it already.
  if (payload.transaction && !transaction) request.transaction = {}
  const answer = await engine.query(request, transaction)
  if (answer.errors) return answer
  const failed = answer.batchResult.find((result) => result.errors)
  if (failed) return { errors: failed.errors }
  return { batchResult: answer.batchResult.map((result, index) => ({ data: toData(operations[index], result.data) })) }
}
