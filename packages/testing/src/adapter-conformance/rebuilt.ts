import { isFields } from '@cached-llm/core';

function rebuilt(value: unknown, order: (names: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuilt(item, order));
  if (!isFields(value)) return value;
  const names = order(Object.keys(value));
  return Object.fromEntries(names.map((name) => [name, rebuilt(value[name], order)]));
}

/** A copy down to what is no plain object or list: an SDK may change what it is given. */
export function copyOf<Value>(value: Value): Value {
  return rebuilt(value, (names) => names) as Value; // the same fields with the same values
}

/** The same request, with the fields of every object in it the other way round. */
export function reordered<Value>(value: Value): Value {
  return rebuilt(value, (names) => names.toReversed()) as Value; // the same fields with the same values
}
