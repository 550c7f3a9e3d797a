/** What belongs to the user keeps its names. */
const OWN = new Set(['parameters', 'arguments', 'schema']);

/** A request of the wire in the words of an SDK: `max_tokens` is `maxTokens` there. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, part]) => [
    name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    OWN.has(name) ? part : camelCased(part),
  ]);
  return Object.fromEntries(fields);
}
