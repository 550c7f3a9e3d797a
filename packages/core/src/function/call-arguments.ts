import { isFields, NotCanonicalError, valueKind } from '../key/index.ts';

// Each caller of a flight has its own signal, so none of these may reach the shared call: it is taken out of the
// arguments before they become a key, and the flight's own signal takes its place in the call.

type Arguments = readonly unknown[];

const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;

const signalIn = (argument: unknown): AbortSignal | undefined => {
  const candidate = isFields(argument) ? argument.signal : argument;
  return isSignal(candidate) ? candidate : undefined;
};

/** A signal that fires when any signal among the arguments does; `undefined` where there is none. */
export function callerSignal(given: Arguments): AbortSignal | undefined {
  const signals = given.map(signalIn).filter(isSignal);
  return signals.length > 1 ? AbortSignal.any(signals) : signals[0];
}

/** The arguments with `signal` in place of each of their own signals. */
export function withSignal(given: Arguments, signal: AbortSignal | undefined): Arguments {
  return given.map((argument) => {
    if (signalIn(argument) === undefined) return argument;
    return isFields(argument) ? { ...argument, signal } : signal;
  });
}

function withoutSignal(argument: unknown): unknown {
  if (signalIn(argument) === undefined) return argument;
  if (!isFields(argument)) return undefined;
  const { signal: _signal, ...others } = argument;
  return Object.keys(others).length === 0 ? undefined : others;
}

/** The arguments as the key has them. A last argument that is only a signal counts as not given. */
export function withoutSignals(given: Arguments): Arguments {
  const others = given.map(withoutSignal);
  const last = others.findLastIndex(
    (other, index) => other !== undefined || given[index] === other,
  );
  return others.slice(0, last + 1);
}

interface Copying {
  /** Copies each object once, so that a part which stands in two places, or in itself, does so in the copy, too. */
  readonly copies: Map<object, unknown>;
  /** Why no key shows all of the arguments. */
  hidden?: NotCanonicalError;
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

function copyRecord(record: Record<string, unknown>, copying: Copying): unknown {
  const copy = { ...record };
  copying.copies.set(record, copy);
  const shown = Object.keys(copy);
  for (const name of shown) copy[name] = copyOf(copy[name], copying);
  // Every hit asks this of every record, and Node.js lists names faster than names and symbols.
  if (Object.getOwnPropertyNames(record).length > shown.length) {
    copyHiddenFields(record, copy, copying);
  }
  return copy;
}

function copyArray(array: readonly unknown[], copying: Copying): unknown {
  const copy: unknown[] = [];
  copying.copies.set(array, copy);
  for (const part of array) copy.push(copyOf(part, copying));
  return copy;
}

function copyOf(value: unknown, copying: Copying): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = valueKind(value);
  if (kind === 'special') return value;
  if (copying.copies.has(value)) return copying.copies.get(value);
  return kind === 'array'
    ? copyArray(value as readonly unknown[], copying) // its kind says so
    : copyRecord(value as Record<string, unknown>, copying); // likewise
}

/** The arguments of a call, and why no key shows all of them, if so. */
export interface TakenArguments {
  readonly taken: Arguments;
  readonly hidden: NotCanonicalError | undefined;
}

/**
 * The arguments as they are now. The function is called later, after a look-up or behind a stale answer, and its caller
 * may have changed the request by then: a chat appends the answer. Records and arrays are copied; an instance, a
 * function or bytes stay the same object. Unlike `copyJson`, this may be given cycles.
 */
export function copyArguments(given: Arguments): TakenArguments {
  const copying: Copying = { copies: new Map() };
  const taken = given.map((argument) => copyOf(argument, copying));
  return { taken, hidden: copying.hidden };
}
