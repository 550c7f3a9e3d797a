const FEW = 8;

export interface KeyList {
  readonly isAmong: string;
  readonly values: readonly string[];
}

const MANY = 'key IN (SELECT value FROM json_each(?))';
const CONDITIONS = Array.from(
  { length: FEW + 1 },
  (_, count) => `key IN (${Array(count).fill('?').join()})`,
);

/** What holds for rows under `keys`. Few are named one by one, which saves a tenth of a read. */
export function keyList(keys: readonly string[]): KeyList {
  const isAmong = CONDITIONS[keys.length];
  if (isAmong === undefined) return { isAmong: MANY, values: [JSON.stringify(keys)] };
  return { isAmong, values: keys };
}
