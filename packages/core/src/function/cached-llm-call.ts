import { cacheOf } from '../cache/index.ts';
import {
  type CallOptions,
  type Duration,
  describeKind,
  invalidOption,
  policyWith,
} from '../options/index.ts';
import { passOrigin } from '../pipeline/index.ts';
import {
  answerCall,
  FunctionCall,
  peekCall,
  type WrappedFunction,
  warnUnencodable,
  withOptions,
} from './function-call.ts';
import { FunctionIdentity, type Operations } from './function-identity.ts';
import {
  type AnyFunction,
  checkFunctionOptions,
  type FunctionOptions,
  isCallable,
} from './function-options.ts';
import type { CachedLlmCall, RequestOf } from './typed-overloads.ts';

type Reader = AsyncGenerator<unknown, unknown, unknown>;

async function* chunksIn(open: () => Promise<unknown>): Reader {
  return yield* (await open()) as AsyncIterable<unknown>; // what the types of the function say
}

/** Reads the stream that a call promises. The call begins when the first chunk is asked for. */
function readerOf(call: () => Promise<unknown>): Reader {
  const reader = chunksIn(async () => {
    const stream = await call();
    passOrigin(stream, reader);
    return stream;
  });
  return reader;
}

/** Those of promises that are read as streams. */
const readers = new WeakMap<object, Reader>();

function ownReader(promised: Promise<unknown>): Reader {
  const known = readers.get(promised);
  if (known !== undefined) return known;
  const reader = chunksIn(async () => {
    passOrigin(await promised, promised); // it is all that the caller has of the stream
    return promised;
  });
  readers.set(promised, reader);
  return reader;
}

/** A promise that can also be read as the stream that it promises. */
type PromisedStream = Promise<unknown> & {
  next?: Reader['next'];
  return?: Reader['return'];
  throw?: Reader['throw'];
  [Symbol.asyncIterator]?: () => Reader;
};

const reading: Pick<Reader, 'next' | 'return' | 'throw'> & ThisType<Promise<unknown>> = {
  next(...sent) {
    return ownReader(this).next(...sent);
  },
  return(value) {
    return ownReader(this).return(value);
  },
  throw(error) {
    return ownReader(this).throw(error);
  },
};

function iterate(this: Promise<unknown>): Reader {
  return ownReader(this);
}

/**
 * Makes a promise readable as a stream. Before a function is called that is neither async nor a generator, nothing says
 * whether it promises a response or returns a stream at once.
 */
function withReading(promised: PromisedStream): unknown {
  promised.next = reading.next; // Object.assign would take as long as a tenth of a hit
  promised.return = reading.return;
  promised.throw = reading.throw;
  promised[Symbol.asyncIterator] = iterate;
  return promised;
}

type Arguments = readonly unknown[];

type Asked = (this: unknown, ...given: unknown[]) => unknown;

const GeneratorFunction = async function* () {}.constructor;
const AsyncFunction = (async () => {}).constructor;

/** A call that returns a promise, or the stream of an async generator. */
function askOf(wrapped: WrappedFunction): Asked {
  async function cached(this: unknown, ...given: unknown[]): Promise<unknown> {
    const answer = answerCall(wrapped, this, given);
    // To await an answer that is there already takes as long as to find it.
    return answer instanceof Promise ? (await answer).response : answer.response;
  }
  const { fn } = wrapped;
  if (fn instanceof AsyncFunction) return cached;
  if (!(fn instanceof GeneratorFunction)) {
    return function either(this: unknown, ...given) {
      return withReading(cached.apply(this, given));
    };
  }
  function stream(this: unknown, ...given: unknown[]) {
    return readerOf(() => cached.apply(this, given));
  }
  // Others may ask by its class whether it is an async generator; this one has to know the object that it returns.
  return Object.setPrototypeOf(stream, Object.getPrototypeOf(fn));
}

/** The function that the user calls, with the functions that stand beside it. */
export function callableOf(wrapped: WrappedFunction): Asked {
  const { cache } = wrapped;
  const cached = askOf(wrapped);
  Object.defineProperty(cached, 'name', { value: wrapped.fn.name });
  // `ask.keyOf(request)` has no owner; `ask.keyOf.call(service, request)` has one.
  const ownerOf = (self: unknown) => (self === cached ? undefined : self);
  const callOf = (self: unknown, given: Arguments) =>
    new FunctionCall(wrapped, ownerOf(self), given);
  return Object.assign(cached, {
    async withInfo(this: unknown, ...given: Arguments) {
      const answer = await answerCall(wrapped, ownerOf(this), given);
      return { response: answer.response, info: await answer.info() };
    },
    with: (options: CallOptions) => callableOf(withOptions(wrapped, options)),
    keyOf(this: unknown, ...given: Arguments) {
      return cache.pipeline.keyOf(callOf(this, given));
    },
    async peek(this: unknown, ...given: Arguments) {
      return peekCall(wrapped, ownerOf(this), given);
    },
    async invalidate(this: unknown, ...given: Arguments) {
      const key = cache.pipeline.keyOf(callOf(this, given));
      return key === undefined || cache.invalidate({ key });
    },
  });
}

/**
 * Brings a function together with its cache.
 *
 * @param operations those of a method
 * @throws {LlmCacheError} `ANONYMOUS_FUNCTION`, `INVALID_OPTION` or `INVALID_DURATION`
 */
export function wrapFunction(
  fn: AnyFunction,
  options: FunctionOptions,
  operations?: Operations,
): WrappedFunction {
  if (!isCallable(fn)) {
    const what = `is ${describeKind(fn)}, which cannot be called`;
    invalidOption('The first argument', what, 'Pass the function that asks the model.');
  }
  checkFunctionOptions(options);
  const cache = cacheOf(options);
  const { adapter } = options;
  const who = new FunctionIdentity(fn, options, { cache, operations });
  const policy = policyWith(cache.policy, options);
  const onUnencodable = (error: unknown) => warnUnencodable(fn, error);
  const rules = { adapter, admit: policy.admit, ttlOf: policy.ttlOf };
  return { fn, cache, who, policy, rules, onUnencodable };
}

/** A ttl that is given in place of the options. */
export function functionOptionsOf(options: Duration | FunctionOptions): FunctionOptions {
  return typeof options === 'object' && options !== null ? options : { ttl: options };
}

/**
 * Wraps `fn` so that a repeated call is answered from a store: one with the same arguments gets a promise of the same
 * response. What it depends on of its `this` belongs in the option `key`. Without `cache`, the default cache is used.
 *
 * @throws {LlmCacheError} for a bad option, or for an anonymous function on a store that other processes can see.
 */
export function cachedLlmCall<Fn extends CallableFunction>(
  fn: Fn,
  options: Duration | FunctionOptions<ThisParameterType<Fn>, RequestOf<Fn>> = {},
): CachedLlmCall<Fn> {
  const given = functionOptionsOf(options as Duration | FunctionOptions); // the result has the types
  const cached: unknown = callableOf(wrapFunction(fn as unknown as AnyFunction, given)); // as its constraint says
  return cached as CachedLlmCall<Fn>; // the types of what it wraps
}
