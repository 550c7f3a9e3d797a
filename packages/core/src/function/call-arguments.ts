import { isFields, valueKind } from '../key/index.ts';

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

/** Copies each object once, so that a part which stands in two places, or in itself, does so in the copy, too. */
type Copies = Map<object, unknown>;

function copyRecord(record: Record<string, unknown>, copies: Copies): unknown {
  const copy = { ...record };
  copies.set(record, copy);
  for (const name of Object.keys(copy)) copy[name] = copyOf(copy[name], copies);
  return copy;
}

function copyArray(array: readonly unknown[], copies: Copies): unknown {
  const copy: unknown[] = [];
  copies.set(array, copy);
  for (const part of array) copy.push(copyOf(part, copies));
  return copy;
}

function copyOf(value: unknown, copies: Copies): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kind = valueKind(value);
  if (kind === 'special') return value;
  if (copies.has(value)) return copies.get(value);
  return kind === 'array'
    ? copyArray(value as readonly unknown[], copies) // its kind says so
    : copyRecord(value as Record<string, unknown>, copies); // likewise
}

/**
 * The arguments as they are now. The function is called later, after a look-up or behind a stale answer, and its caller
 * may have changed the request by then: a chat appends the answer. Records and arrays are copied; an instance, a
 * function or bytes stay the same object. Unlike `copyJson`, this may be given cycles.
 */
export function copyArguments(given: readonly unknown[]): readonly unknown[] {
  const copies: Copies = new Map();
  return given.map((argument) => copyOf(argument, copies));
}
