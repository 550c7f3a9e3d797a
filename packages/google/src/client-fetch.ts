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
 * Node's fetch gives up on a response whose headers, or next bytes, take over five minutes. The SDK lifts
 * that limit with a dispatcher like this one, but not where it is given a fetch: that fetch has to lift it.
 * The dispatcher that is in place (a proxy, for example) still sends the request.
 */
const withoutTimeLimit: Dispatcher = {
  dispatch: (options, handler) => {
    const dispatcher = globalDispatcher();
    if (dispatcher === undefined) throw new TypeError('This runtime has no dispatcher of undici.');
    return dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
  },
};

/** `fetch`, without a time limit of its own. */
export const fetchWithoutTimeLimit: Fetch = (input, init) => {
  const unlimited = globalDispatcher() === undefined ? {} : { dispatcher: withoutTimeLimit };
  // The type asks for all of a Dispatcher; Node's code calls this much of it.
  return globalThis.fetch(input, { ...unlimited, ...init } as RequestInit);
};

const isStream = ({ headers }: Response) =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/**
 * A response whose stream ends when its reader is released. The SDK releases the reader of a stream that its caller leaves, and
 * does not cancel it. The provider would go on, and the next equal call would wait for a stream that nobody reads.
 */
export function cancelledOnRelease(response: Response): Response {
  const { body } = response;
  if (body === null || !isStream(response)) return response;
  const getReader = () => {
    const reader = new ReadableStreamDefaultReader<Uint8Array>(body);
    const releaseLock = () => {
      reader.cancel().catch(() => {}); // it may have failed already
      ReadableStreamDefaultReader.prototype.releaseLock.call(reader);
    };
    return Object.defineProperty(reader, 'releaseLock', { value: releaseLock });
  };
  Object.defineProperty(body, 'getReader', { value: getReader, configurable: true });
  return response;
}
