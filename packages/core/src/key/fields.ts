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

/** The name of a value's class, read from its prototype, because a field named `constructor` is the user's. */
export function className(value: object): string {
  const prototype: { readonly constructor?: { readonly name?: unknown } } | null =
    Object.getPrototypeOf(value);
  return String(prototype?.constructor?.name);
}

/**
 * Is it an instance of exactly this class, without fields of its own? A subclass or a field may hold what no rule covers.
 * Classes are compared by name, so that a Date of another realm is a Date.
 */
export function isExactlyClass(value: object, name: string): boolean {
  return className(value) === name && Object.keys(value).length === 0;
}

export type ValueKind = 'record' | 'array' | 'special';

/**
 * How JSON writes an object. This is judged by shape and not by identity with this realm's `Object`, so that records and
 * arrays of another realm (a `vm` context, an iframe) count as such.
 */
export function valueKind(value: object): ValueKind {
  if (Array.isArray(value)) return isPlainArray(value) ? 'array' : 'special';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return 'record';
  const isRoot = Object.getPrototypeOf(prototype) === null;
  return isRoot && className(value) === 'Object' ? 'record' : 'special';
}

/** JSON loses the fields of an array, such as the `groups` of a match, or the `raw` of a template. */
function isPlainArray(array: readonly unknown[]): boolean {
  const isOurs = Object.getPrototypeOf(array) === Array.prototype || className(array) === 'Array';
  return isOurs && hasItemsOnly(array);
}

/** A request, or a part of one, by field. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The place of a field in a request: `['metadata', 'user_id']` for `'metadata.user_id'`. The name `*` stands for each item of a
 * list and for each field of a record. A number stands for one item, and `run_*` for each field whose name starts like this.
 */
export type FieldPath = readonly string[];

export function fieldPath(dotted: string): FieldPath {
  return dotted.split('.');
}

const SEGMENT = /^([^.*[\]/\s]+\*?|\*)$/;

/** The place that a user names. Undefined for a text of another form, and for one that would name a whole request. */
export function readFieldPath(dotted: string): FieldPath | undefined {
  const path = fieldPath(dotted);
  const isWhole = path[0] === '*' || path[0] === '$' || dotted === 'headers';
  return !isWhole && path.every((segment) => SEGMENT.test(segment)) ? path : undefined;
}

/**
 * The value is a plain object whose fields can be read: no array, no instance of a class, and no value that JSON writes in
 * another form.
 */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && valueKind(value) === 'record';
}

export function fieldAt(request: Fields, path: FieldPath): unknown {
  let value: unknown = request;
  for (const name of path) value = isFields(value) ? value[name] : undefined;
  return value;
}

/** Those of these names that a segment of a path stands for. */
export function namesFor(segment: string, names: readonly string[]): readonly string[] {
  if (!segment.endsWith('*')) return names.includes(segment) ? [segment] : [];
  const start = segment.slice(0, -1);
  return names.filter((name) => name.startsWith(start));
}

/** The parts of a value that a segment of a path stands for, in order. */
function partsAt(value: object, segment: string): readonly unknown[] {
  if (Array.isArray(value) && segment === '*') return value;
  return namesFor(segment, Object.keys(value)).map((name) => Reflect.get(value, name));
}

/** What stands at a path, in order. Nothing is copied, because every request is searched and few have such a place. */
export function allAt(value: unknown, path: FieldPath): readonly unknown[] {
  const found: unknown[] = [];
  const search = (part: unknown, depth: number): void => {
    const segment = path[depth];
    if (segment === undefined) found.push(part);
    else if (typeof part !== 'object' || part === null) return;
    else if (segment.endsWith('*'))
      for (const each of partsAt(part, segment)) search(each, depth + 1);
    else if (Object.hasOwn(part, segment)) search(Reflect.get(part, segment), depth + 1);
  };
  search(value, 0);
  return found;
}

/** Does anything stand at a path? Every request is asked this, so nothing is made for the answer. */
export function hasAt(value: unknown, path: FieldPath, depth = 0): boolean {
  const segment = path[depth];
  if (segment === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (segment[segment.length - 1] !== '*')
    return Object.hasOwn(value, segment) && hasAt(Reflect.get(value, segment), path, depth + 1);
  for (const part of partsAt(value, segment)) if (hasAt(part, path, depth + 1)) return true;
  return false;
}

type Replace = (found: unknown) => unknown;

function replaceInList(list: readonly unknown[], path: FieldPath, replace: Replace): unknown {
  const [segment, ...rest] = path;
  if (valueKind(list) !== 'array') return list; // a copy would lose what it has besides its items
  return list.map((item, index) =>
    segment === '*' || segment === String(index) ? replaceAt(item, rest, replace) : item,
  );
}

/** A copy in which what stands at a path is replaced. What has no such place is returned as it is. */
export function replaceAt(value: unknown, path: FieldPath, replace: Replace): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return replace(value);
  if (Array.isArray(value)) return replaceInList(value, path, replace);
  if (!isFields(value)) return value;
  if (!segment.endsWith('*')) {
    if (!Object.hasOwn(value, segment)) return value;
    return { ...value, [segment]: replaceAt(value[segment], rest, replace) };
  }
  const named = namesFor(segment, Object.keys(value));
  const replaced = named.map((name) => [name, replaceAt(value[name], rest, replace)]);
  return named.length === 0 ? value : { ...value, ...Object.fromEntries(replaced) };
}

/** A copy of `request` with what stands at `path` replaced, or left out for `undefined`. */
export function withField(request: Fields, path: FieldPath, value: unknown): Fields {
  if (path.length === 0) return request;
  if (path.includes('*') && !hasAt(request, path)) return request;
  return replaceAt(request, path, () => value) as Fields; // a record stays one
}

/** Is it neither undefined nor null? */
export const isGiven = (value: unknown) => value !== undefined && value !== null;

/** The value if it is an array, or else an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value if it is a record, or else an empty one. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The value if it is a number. */
export const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

/** Are these the same names in the same order? Every hit asks this of every record. */
export function areSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index += 1)
    if (names[index] !== others[index]) return false;
  return true;
}
