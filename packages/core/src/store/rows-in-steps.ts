import type { AtomicRows, NewRow, Store } from './store.ts';

/** A store that answers at once is asked and written in one step, because nothing else runs in between. */
const known = <Value>(value: unknown, use: (text: unknown) => Value): Value | Promise<Value> =>
  value instanceof Promise ? value.then(use) : use(value);

/**
 * What `AtomicRows` does, for a store without it: a row is read and then written. Another process may come in between:
 * then the later write counts.
 */
export function rowsInSteps(store: Store): AtomicRows {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const addOne = ({ key, value, ttl }: NewRow) =>
    known(store.get(key), (before) => {
      if (typeof before === 'string') return before;
      return known(store.set(key, value, ttl), () => known(store.get(key), textOf));
    });
  const replace = ({ key, value, ttl }: NewRow, expected: string) =>
    known(store.get(key), (before) => {
      if (before !== expected) return false;
      return known(store.set(key, value, ttl), (isStored) => isStored !== false);
    });
  return {
    add: (rows) => Promise.all(rows.map(async (row) => addOne(row))),
    replace: async (row, expected) => replace(row, expected),
  };
}
