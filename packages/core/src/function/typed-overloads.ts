import type { CallOptions } from '../options/index.ts';
import type { CallInfo } from '../pipeline/index.ts';

/** An async generator and what is no stream come back as they are. Any other stream comes back as one of the same chunks. */
export type CachedResponse<Response> =
  Response extends AsyncGenerator<unknown, unknown, never>
    ? Response
    : Response extends AsyncIterable<infer Chunk>
      ? AsyncIterable<Chunk>
      : Response;

/** A response, and what became of its request. */
export interface WithInfo<Response> {
  readonly response: Response;
  readonly info: CallInfo;
}

/** One overload of a function. */
interface Overload {
  readonly owner: unknown;
  readonly request: readonly unknown[];
  readonly response: unknown;
}

type OverloadOf<This, Request, Response> = {
  readonly owner: This;
  readonly request: Request extends readonly unknown[] ? Request : never;
  readonly response: Response;
};

/** The last eight overloads. TypeScript repeats the first of fewer. */
type EightOverloadsOf<Fn> = Fn extends {
  (this: infer T1, ...request: infer A1): infer R1;
  (this: infer T2, ...request: infer A2): infer R2;
  (this: infer T3, ...request: infer A3): infer R3;
  (this: infer T4, ...request: infer A4): infer R4;
  (this: infer T5, ...request: infer A5): infer R5;
  (this: infer T6, ...request: infer A6): infer R6;
  (this: infer T7, ...request: infer A7): infer R7;
  (this: infer T8, ...request: infer A8): infer R8;
}
  ? [
      OverloadOf<T1, A1, R1>,
      OverloadOf<T2, A2, R2>,
      OverloadOf<T3, A3, R3>,
      OverloadOf<T4, A4, R4>,
      OverloadOf<T5, A5, R5>,
      OverloadOf<T6, A6, R6>,
      OverloadOf<T7, A7, R7>,
      OverloadOf<T8, A8, R8>,
    ]
  : [];

type IsSame<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

type WithoutRepeats<Overloads> = Overloads extends [infer First, infer Second, ...infer Others]
  ? IsSame<First, Second> extends true
    ? WithoutRepeats<[Second, ...Others]>
    : [First, ...WithoutRepeats<[Second, ...Others]>]
  : Overloads;

type OverloadsOf<Fn> = WithoutRepeats<EightOverloadsOf<Fn>>;

/** The arguments of any of its overloads. */
export type RequestOf<Fn> = Extract<OverloadsOf<Fn>, readonly Overload[]>[number]['request'];

/** Is this what a cached call returns, too? An SDK's own kind of promise is not, and neither is its own kind of stream. */
type IsReturned<Response> = 0 extends 1 & Response
  ? true
  : Response extends AsyncGenerator<unknown, unknown, never>
    ? true
    : Response extends Promise<unknown>
      ? [Promise<CachedResponse<Awaited<Response>>>] extends [Response]
        ? true
        : false
      : false;

/** Has the function no fields of its own, and does each overload return what a cached call returns? */
type IsKept<Fn> = [keyof Fn] extends [never]
  ? false extends IsReturned<Extract<OverloadsOf<Fn>, readonly Overload[]>[number]['response']>
    ? false
    : true
  : false;

type CachedReturn<Response> =
  IsReturned<Response> extends true ? Response : Promise<CachedResponse<Awaited<Response>>>;

/** A function with the overloads of another one, and with another result: `Result` says with which. */
type Overloaded<Overloads, Result extends keyof Results<unknown>> = Overloads extends [
  infer First extends Overload,
  ...infer Others,
]
  ? OneOverload<First, Result> & Overloaded<Others, Result>
  : unknown;

type OneOverload<
  Given extends Overload,
  Result extends keyof Results<unknown>,
> = Result extends 'call'
  ? (this: Given['owner'], ...request: Given['request']) => CachedReturn<Given['response']>
  : (...request: Given['request']) => Results<CachedResponse<Awaited<Given['response']>>>[Result];

interface Results<Response> {
  readonly call: never;
  readonly withInfo: Promise<WithInfo<Response>>;
  readonly keyOf: string | undefined;
  readonly peek: Promise<Response | undefined>;
  readonly invalidate: Promise<boolean>;
}

/** What stands beside a cached function. */
export interface CallControls<Fn extends CallableFunction> {
  /** The response, and what became of the request. */
  readonly withInfo: Overloaded<OverloadsOf<Fn>, 'withInfo'>;
  /**
   * The same function with other options.
   *
   * @throws {LlmCacheError} for a bad option.
   */
  with(options: CallOptions): CachedLlmCall<Fn>;
  /** The key of this request. `undefined` for a request that bypasses the cache. */
  readonly keyOf: Overloaded<OverloadsOf<Fn>, 'keyOf'>;
  /** The stored response, without a call or a count. `undefined` where there is none. */
  readonly peek: Overloaded<OverloadsOf<Fn>, 'peek'>;
  /** The stored response is not served from now on. Resolves to false where the store could not be written. */
  readonly invalidate: Overloaded<OverloadsOf<Fn>, 'invalidate'>;
}

/**
 * A function whose repeated calls are answered from a store. Where the function returns a promise or is an async
 * generator, its type is the function's own, with all overloads and type parameters. Else each overload returns a promise:
 * TypeScript can only keep the constraints of type parameters then, and of the last eight overloads.
 *
 * If a function needs its `this`, use `call` for the functions beside it: `ask.withInfo.call(service, request)`.
 */
export type CachedLlmCall<Fn extends CallableFunction> = (IsKept<Fn> extends true
  ? Fn
  : Overloaded<OverloadsOf<Fn>, 'call'>) &
  CallControls<Fn>;
