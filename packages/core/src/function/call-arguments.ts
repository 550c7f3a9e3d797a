import { types } from 'node:util';
import { isDataInstance, NotCanonicalError, valueKind } from '../key/index.ts';

// Each caller of a flight has its own signal, so none of these may reach the shared call. The signal is taken out of the arguments
// before they become a key, and the flight's own signal takes its place.

type Arguments = readonly unknown[];

const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;

/** Does the user say by `key` what counts? Then no instance is in the key, and the function gets the caller's own. */
interface Keyed {
  readonly hasKey: boolean;
}

interface Copying extends Keyed {
  /** Copies each object once, so that a part which stands in two places, or in itself, does so in the copy, too. */
  readonly copies: Map<object, unknown>;
  /** Those found in any record or list: SDKs take them as `signal`, `abortSignal`, or in their `config` or `fetchOptions`. */
  readonly signals: AbortSignal[];
  /** What stands in their place. Undefined in a copy that has them. */
  readonly instead?: { readonly signal: AbortSignal | undefined };
  /** Why no key shows all arguments. */
  hidden?: NotCanonicalError;
}

/** A signal that fires when any of these does; `undefined` where there is none. */
export function callerSignal(signals: readonly AbortSignal[]): AbortSignal | undefined {
  return signals.length > 1 ? AbortSignal.any([...signals]) : signals[0];
}

/** The arguments with `signal` in place of each of their own signals. */
export function withSignal(
  given: Arguments,
  signal: AbortSignal | undefined,
  { hasKey }: Keyed,
): Arguments {
  const copying: Copying = { copies: new Map(), signals: [], instead: { signal }, hasKey };
  return given.map((argument) => copyOf(argument, copying));
}

/** The arguments as the key has them. A last argument that is only a signal counts as not given. */
export function withoutSignals({ taken, signals }: TakenArguments): Arguments {
  if (signals.length === 0) return taken;
  const others = withSignal(taken, undefined, { hasKey: false });
  const last = others.findLastIndex(
    (other, index) => other !== undefined || taken[index] === other,
  );
  return others.slice(0, last + 1);
}

/** Libraries mark a schema with such a field, such as `~standard` and `$brand`. It says nothing that the rest does not. */
const BRAND = /^[~$]/;

/** Fields that are not enumerable. The function gets them, but JSON has none of them. */
function copyHiddenFields(record: object, copy: object, copying: Copying): void {
  for (const name of Reflect.ownKeys(record).filter((each) => !Object.hasOwn(copy, each))) {
    Object.defineProperty(copy, name, Object.getOwnPropertyDescriptor(record, name) ?? {});
    if (BRAND.test(String(name))) continue;
    copying.hidden = new NotCanonicalError('a hidden field', [String(name)]);
  }
}

/** Without its signals, `{ config: { abortSignal } }` is the same request as one without a config. */
function isEmptied(copy: object, { instead }: Copying): boolean {
  const isForKey = instead !== undefined && instead.signal === undefined;
  return isForKey && Object.values(copy).every((part) => part === undefined);
}

function copyRecord(
  record: Record<string, unknown>,
  copying: Copying,
  isInstance: boolean,
): unknown {
  const copy = { ...record };
  if (isInstance) Object.setPrototypeOf(copy, Object.getPrototypeOf(record));
  const before = copying.signals.length;
  copying.copies.set(record, copy);
  const shown = Object.keys(record);
  for (const name of shown) {
    const part = copy[name];
    if (typeof part === 'object' && part !== null) copy[name] = copyOf(part, copying);
  }
  // Every hit asks this of every record, and Node.js lists names faster than names and symbols.
  if (Object.getOwnPropertyNames(record).length > shown.length) {
    copyHiddenFields(record, copy, copying);
  }
  return copying.signals.length > before && isEmptied(copy, copying) ? undefined : copy;
}

function copyArray(array: readonly unknown[], copying: Copying): unknown {
  const copy: unknown[] = [];
  copying.copies.set(array, copy);
  for (const part of array) copy.push(copyOf(part, copying));
  return copy;
}

function copySpecial(value: object, { signals, instead }: Copying): unknown {
  if (!isSignal(value)) return value;
  signals.push(value);
  return instead === undefined ? value : instead.signal;
}

function copyOf(value: unknown, copying: Copying): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = valueKind(value);
  const isSpecial = kind === 'special';
  if (isSpecial && (copying.hasKey || !isDataInstance(value))) return copySpecial(value, copying);
  if (copying.copies.has(value)) return copying.copies.get(value);
  return kind === 'array'
    ? copyArray(value as readonly unknown[], copying) // its kind says so
    : copyRecord(value as Record<string, unknown>, copying, isSpecial); // likewise
}

/** The arguments of a call, and why no key shows all of them, if so. */
export interface TakenArguments {
  readonly taken: Arguments;
  /** Those of its caller. */
  readonly signals: readonly AbortSignal[];
  readonly hidden: NotCanonicalError | undefined;
}

/**
 * The arguments as they are now. The function is called later, after a look-up or behind a stale answer, and its caller
 * may have changed the request by then: a chat appends the answer. Records, arrays and, where they are in the key, instances
 * of fields alone are copied; any other instance, a function or bytes stay the same object. Unlike `copyJson`, this may be given cycles.
 */
export function copyArguments(given: Arguments, { hasKey }: Keyed): TakenArguments {
  const copying: Copying = { copies: new Map(), signals: [], hasKey };
  const taken = given.map((argument) => copyOf(argument, copying));
  return { taken, signals: copying.signals, hidden: copying.hidden };
}

/** Deeper values, and cycles, are copied at once. */
const MAX_DEPTH = 64;

function isPlainRecord(record: object, depth: number): boolean {
  if (types.isProxy(record)) return false;
  const names = Object.keys(record);
  if (Object.getOwnPropertyNames(record).length > names.length) return false;
  for (const name of names) {
    const field = Object.getOwnPropertyDescriptor(record, name);
    if (field === undefined || field.get !== undefined) return false;
    if (!isPlainPart(field.value, depth)) return false;
  }
  return true;
}

function isPlainPart(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (!Array.isArray(value)) {
    if (valueKind(value) === 'record') return isPlainRecord(value, depth + 1);
    return !isSignal(value) && !isDataInstance(value);
  }
  if (types.isProxy(value)) return false;
  for (let index = 0; index < value.length; index += 1) {
    if (!isPlainPart(value[index], depth + 1)) return false;
  }
  return true;
}

/**
 * May the key be taken of these arguments before they are copied? Not where they have a signal or a hidden field, nor where they
 * may be other ones when they are read again: a getter may return another value each time.
 */
export const isPlain = (given: Arguments): boolean => isPlainPart(given, 0);
