import { inspect } from 'node:util';

/** More items than these are not listed by their indices, which takes longer than to write them. */
const MOST_LISTED = 1_000;

/** Has a list no field besides its items? For a long list, `inspect` says it faster than the names of its fields do. */
export function hasItemsOnly(list: readonly unknown[]): boolean {
  const { length } = list;
  if (length > MOST_LISTED) {
    const text = inspect(list, { maxArrayLength: 0, showHidden: true, customInspect: false });
    if (text === `[ ... ${length} more items, [length]: ${length} ]`) return true;
  }
  // The length comes after the indices, and before other names and symbols. One list of names takes the least time.
  return Reflect.ownKeys(list).at(-1) === 'length';
}
