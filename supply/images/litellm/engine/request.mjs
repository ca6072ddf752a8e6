// From prisma-client-py's GraphQL (prisma/_builder.py) to the engine's JSON protocol.
import { parse } from 'graphql'

// Longest first: `createOneUser` starts with `create` as well as `createOne`.
const ACTIONS = [
  'findUniqueOrThrow', 'findUnique', 'findFirstOrThrow', 'findFirst', 'findMany', 'createManyAndReturn', 'createMany',
  'createOne', 'updateMany', 'updateOne', 'deleteMany', 'deleteOne', 'upsertOne', 'aggregate', 'groupBy',
]
const RAW_ACTIONS = new Set(['queryRaw', 'executeRaw'])
// Operators whose operand has the type of the field they are applied to.
const TYPED_OPERATORS = new Set([
  'equals', 'not', 'in', 'notIn', 'set', 'push', 'array_contains', 'array_starts_with', 'array_ends_with', 'has', 'hasEvery',
  'hasSome',
])

/** @returns {{key: string, query: object}[]} one for each operation of the document; key is its name in the answer */
export function translate(document, shapes) {
  return parse(document, { noLocation: true }).definitions[0].selectionSet.selections.map((field) => ({
    key: (field.alias ?? field.name).value,
    query: toQuery(field, shapes),
  }))
}

function toQuery(field, shapes) {
  const name = field.name.value
  const query = { arguments: readArguments(field), selection: readSelection(field.selectionSet) }
  if (RAW_ACTIONS.has(name)) return { action: name, query }
  const findThrow = /^(find(?:Unique|First))(\w+)OrThrow$/.exec(name)
  const action = findThrow ? `${findThrow[1]}OrThrow` : ACTIONS.find((known) => name.startsWith(known))
  if (!action) throw new Error(`unknown operation ${name}`)
  const modelName = findThrow ? findThrow[2] : name.slice(action.length)
  query.arguments = tagValues(query.arguments, modelName, shapes)
  return { modelName, action, query }
}

function readArguments(field) {
  return Object.fromEntries((field.arguments ?? []).map((argument) => [argument.name.value, readValue(argument.value)]))
}

function readSelection(set) {
  return Object.fromEntries(
    (set?.selections ?? []).map((field) => [
      field.name.value,
      field.selectionSet ? { arguments: readArguments(field), selection: readSelection(field.selectionSet) } : true,
    ]),
  )
}

function readValue(node) {
  switch (node.kind) {
    case 'IntValue': {
      const number = Number(node.value)
      return Number.isSafeInteger(number) ? number : { $type: 'BigInt', value: node.value }
    }
    case 'FloatValue':
      return Number(node.value)
    case 'NullValue':
      return null
    case 'ListValue':
      return node.values.map(readValue)
    case 'ObjectValue':
      return Object.fromEntries(node.fields.map((field) => [field.name.value, readValue(field.value)]))
    default:
      return node.value
  }
}

function tagValues(value, model, shapes) {
  if (Array.isArray(value)) return value.map((item) => tagValues(item, model, shapes))
  if (!value || typeof value !== 'object' || value.$type) return value
  const { tagged, relations } = shapes[model]
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key in tagged ? tag(item, tagged[key]) : tagValues(item, relations[key] ?? model, shapes),
    ]),
  )
}

function tag(value, type) {
  if (typeof value === 'string') return { $type: type, value }
  if (Array.isArray(value)) return value.map((item) => tag(item, type))
  if (!value || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, TYPED_OPERATORS.has(key) ? tag(item, type) : item]),
  )
}
