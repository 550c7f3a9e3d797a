import type { AtomicRows, NewRow, RowTexts, Store } from './store.ts';

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

/** One operation of the store each, with a deadline of its own. None rejects. */
export interface Steps {
  read(keys: readonly string[]): Promise<RowTexts | undefined>;
  write(row: NewRow): Promise<boolean>;
  report(fault: object): void;
}

/** The store accepted rows, and has none of them. */
const ROWS_LOST = {
  code: 'ROWS_LOST',
  isPermanent: true,
  remedy:
    'The store does not return the texts that it accepts. Where it is an adapter of Keyv, pass a Keyv with it: store: new Keyv({ store: adapter }).',
};

/**
 * Adds rows in operations that each have a deadline: a store may well need one for each row, and three for one row may
 * take longer than one may.
 */
export async function addInSteps(
  rows: readonly NewRow[],
  { read, write, report }: Steps,
): Promise<RowTexts | undefined> {
  const before = await read(rows.map(({ key }) => key));
  const missing = rows.filter((_, index) => before?.[index] === undefined);
  if (before === undefined || missing.length === 0) return before;
  const written = await Promise.all(missing.map((row) => write(row)));
  const accepted = missing.filter((_, index) => written[index]);
  if (accepted.length === 0) return undefined;
  // Another process may have written one of them meanwhile.
  const after = await read(accepted.map(({ key }) => key));
  if (after?.every((text) => text === undefined)) report(ROWS_LOST);
  const added = new Map(accepted.map(({ key }, index) => [key, after?.[index]]));
  return rows.map(({ key }, index) => before[index] ?? added.get(key));
}
