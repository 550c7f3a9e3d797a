import { MARK, MAY_BE_IN_ORDER, MIN_LONG_TEXT } from './canonical-rules.ts';
import { areSame, hasItemsOnly } from './fields.ts';
import { type CopyTarget, NOT_COPIED, RunCopier } from './run-copies.ts';

/** Items that are written together. One that is not simple makes them be written one by one. */
const RUN = 512;

/** Deeper parts of them are written one by one. */
const RUN_DEPTH = 8;

/** `JSON.stringify` looks each of the names up in each record. */
const MOST_NAMES = 16;

/** What some items have in common: the names of all fields of all records in them. */
class Names {
  readonly #known = new Set<string>();
  #last: readonly string[] = [];

  /** Most records have the names of the one before. False for a name that `JSON.stringify` would not write as we do. */
  accept(names: readonly string[]): boolean {
    if (areSame(names, this.#last)) return true;
    this.#last = names;
    return names.every((name) => this.#known.has(name) || this.#add(name));
  }

  get sorted(): string[] {
    return [...this.#known].sort();
  }

  /** `JSON.stringify` also finds what a record inherits. */
  #add(name: string): boolean {
    this.#known.add(name);
    return (
      this.#known.size <= MOST_NAMES && !(name in Object.prototype) && !MAY_BE_IN_ORDER.has(name)
    );
  }
}

function isSimple(value: unknown, names: Names, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string')
    return value.length <= MIN_LONG_TEXT && value.charCodeAt(0) !== MARK.charCodeAt(0);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if (depth === 0) return false;
  return Array.isArray(value)
    ? isSimpleList(value, names, depth - 1)
    : isSimpleRecord(value, names, depth - 1);
}

function isSimpleList(list: readonly unknown[], names: Names, depth: number): boolean {
  if (Object.getPrototypeOf(list) !== Array.prototype || !hasItemsOnly(list)) return false;
  for (let index = 0; index < list.length; index += 1)
    if (!isSimple(list[index], names, depth)) return false;
  return true;
}

function isSimpleRecord(value: object, names: Names, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const record = value as Readonly<Record<string, unknown>>; // its prototype says so
  const own = Object.keys(record);
  if (!names.accept(own)) return false;
  for (const name of own) {
    const part = record[name];
    if (part !== undefined && !isSimple(part, names, depth)) return false;
  }
  return true;
}

/** `JSON.stringify` calls what somebody has added to all objects or lists. */
const isJsonOwn = () => !('toJSON' in Array.prototype) && !('toJSON' in Object.prototype);

/** Undefined where a part is not simple, such as a long text. */
function plainRun(items: readonly unknown[], depth: number): string | undefined {
  const names = new Names();
  for (let index = 0; index < items.length; index += 1)
    if (!isSimple(items[index], names, depth)) return undefined;
  if (!isJsonOwn()) return undefined;
  const { sorted } = names;
  return JSON.stringify(items, sorted.length === 0 ? undefined : sorted).slice(1, -1);
}

/** How the items are written that are not simple. */
export interface ItemWriter extends CopyTarget {
  /** Writes them one by one, with a comma between them. */
  items(items: readonly unknown[]): string;
}

/** What `JSON.stringify` writes of copies. Undefined where a part cannot be copied, such as a field with a number for its name. */
function copiedRun(
  items: readonly unknown[],
  copier: RunCopier,
  { depth, long }: { readonly depth: number; readonly long: string[] },
): string | undefined {
  const before = long.length;
  try {
    // Not by `map`, which leaves out the places without an item.
    const copies = Array.from(items, (item) => copier.copy(item, depth));
    if (isJsonOwn()) return JSON.stringify(copies).slice(1, -1);
  } catch (error) {
    if (error !== NOT_COPIED) throw error; // a getter's own
  }
  long.length = before;
  return undefined;
}

/**
 * The canonical form of the items of a list, with a comma between them. Most of it is written by `JSON.stringify`, which takes a
 * fraction of the time. It gets the names of the fields in their order, or copies that have this order.
 *
 * @param depth how deep their parts may be
 */
export function writeRuns(list: readonly unknown[], writer: ItemWriter, depth: number): string {
  const { long } = writer;
  let copier: RunCopier | undefined;
  let text = '';
  for (let start = 0; start < list.length; start += RUN) {
    const items = list.slice(start, start + RUN);
    // After a run that is not simple, the others are not either, most often.
    let run = copier === undefined ? plainRun(items, Math.min(depth, RUN_DEPTH)) : undefined;
    if (run === undefined) {
      copier ??= new RunCopier(writer);
      run = copiedRun(items, copier, { depth, long }) ?? writer.items(items);
    }
    text += start === 0 ? run : `,${run}`;
  }
  return text;
}
