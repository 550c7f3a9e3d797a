import { isFields } from '@cached-llm/core/adapter';

function rebuilt(value: unknown, order: (names: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuilt(item, order));
  if (!isFields(value)) return value;
  const names = order(Object.keys(value));
  return Object.fromEntries(names.map((name) => [name, rebuilt(value[name], order)]));
}

/** A copy of all plain objects and lists in a value: an SDK may change the request that it gets. */
export function copyOf<Value>(value: Value): Value {
  return rebuilt(value, (names) => names) as Value; // the same fields with the same values
}

/** The same value with the fields of every object in reverse order. */
export function reordered<Value>(value: Value): Value {
  return rebuilt(value, (names) => names.toReversed()) as Value; // the same fields with the same values
}
