// What the translation has to know of schema.prisma: the fields whose values the JSON protocol wants tagged with their
// type, and the fields that lead to another model.

const MODEL = /^model\s+(\w+)\s*\{([^]*?)^\}/gm
const FIELD = /^\s*(\w+)\s+(\w+)/gm
const TAGGED_TYPES = new Set(['Json', 'Bytes'])

/** @returns {Record<string, {tagged: Record<string, string>, relations: Record<string, string>}>} by model name */
export function readShapes(datamodel) {
  const bodies = Object.fromEntries([...datamodel.matchAll(MODEL)].map(([, name, body]) => [name, body]))
  return Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => {
      const fields = [...body.matchAll(FIELD)].map(([, field, type]) => [field, type])
      return [
        name,
        {
          tagged: Object.fromEntries(fields.filter(([, type]) => TAGGED_TYPES.has(type))),
          relations: Object.fromEntries(fields.filter(([, type]) => type in bodies)),
        },
      ]
    }),
  )
}

/** The data model as the WASM engine takes it: with a driver adapter, which only prisma-client-js may ask for. */
export function forAdapter(datamodel) {
  return datamodel.replace(
    /provider\s*=\s*"prisma-client-py"/,
    'provider = "prisma-client-js"\n  previewFeatures = ["driverAdapters"]',
  )
}
