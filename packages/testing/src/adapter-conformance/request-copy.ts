import { isFields } from '@cached-llm/core/adapter';

type Order = (names: string[], of: string) => string[];

/** @param of the name of the field that the value stands in */
function rebuilt(value: unknown, order: Order, of = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuilt(item, order));
  if (!isFields(value)) return value;
  const names = order(Object.keys(value), of);
  return Object.fromEntries(names.map((name) => [name, rebuilt(value[name], order, name)]));
}

/** A copy of all plain objects and lists in a value: an SDK may change the request that it gets. */
export function copyOf<Value>(value: Value): Value {
  return rebuilt(value, (names) => names) as Value; // the same fields with the same values
}

/** The fields of a JSON Schema, by name: a model generates them in their order, so another order is another request. */
const IN_ORDER = new Set(['properties', 'parameter_definitions', 'parameterDefinitions']);

/** The same value with the fields of every object in reverse order, except for the fields of a JSON Schema. */
export function reordered<Value>(value: Value): Value {
  const order: Order = (names, of) => (IN_ORDER.has(of) ? names : names.toReversed());
  return rebuilt(value, order) as Value; // the same fields with the same values
}
