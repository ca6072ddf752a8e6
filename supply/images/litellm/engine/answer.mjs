// From the engine's JSON protocol back to what the native engine answers over GraphQL.

/** Takes the type tags off: JSON values become their text, all others their plain value. */
export function untag(value) {
  if (Array.isArray(value)) return value.map(untag)
  if (!value || typeof value !== 'object') return value
  if ('$type' in value) {
    return value.$type === 'Json' && typeof value.value !== 'string' ? JSON.stringify(value.value) : value.value
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]))
}

/** The answer to one operation. Rows of a raw query carry their types beside them and have no tags. */
export function toData({ key, query }, data) {
  const [value] = Object.values(data)
  return { [key]: query.action === 'queryRaw' ? value : untag(value) }
}

/** An error in the shape that prisma-client-py's engine/utils.py maps to its exceptions by `error_code`. */
export function toErrors({ message, error_code: code, meta }) {
  return { errors: [{ error: message, user_facing_error: { is_panic: false, message, error_code: code, meta: meta ?? {} } }] }
}
