import type { Fetch } from '@cached-llm/http';

/** The part of undici's Dispatcher that Node's fetch calls. */
interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

function globalDispatcher(): Dispatcher | undefined {
  new Headers(); // Node makes its dispatcher when it is first needed
  return Reflect.get(globalThis, GLOBAL_DISPATCHER);
}

/**
 * Node's fetch gives up on a response whose headers, or next bytes, take over five minutes. The SDK takes
 * that limit off with a dispatcher like this one, except where it is given a fetch: then that fetch has to.
 * Whatever dispatcher is in place (a proxy) still sends the request.
 */
const unhurried: Dispatcher = {
  dispatch: (options, handler) => {
    const dispatcher = globalDispatcher();
    if (dispatcher === undefined) throw new TypeError('This runtime has no dispatcher of undici.');
    return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
  },
};

/** `fetch`, without a limit of its own to how long an answer may take. */
export const unhurriedFetch: Fetch = (input, init) => {
  const patience = globalDispatcher() === undefined ? {} : { dispatcher: unhurried };
  // The type asks for all of a Dispatcher; Node's code calls this much of it.
  return globalThis.fetch(input, { ...patience, ...init } as RequestInit);
};
