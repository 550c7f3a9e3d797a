import { endWith, timeOutOf } from './caller-signal.ts';
import type { CallSettings, Fetch, Transport } from './http-call.ts';
import type { FetchRequest } from './request/index.ts';
import { webForm } from './response/index.ts';

/** The options of a cached fetch, with every default filled in. */
export interface FetchSettings extends CallSettings {
  /** Makes the requests whose answers are cached. */
  readonly upstream: Fetch;
  /** Makes all others, and may cache them. */
  readonly passOn: Fetch;
}

/** Sends a request by `fetch`, as its caller gave it. */
export function fetchTransport(
  { upstream, passOn }: FetchSettings,
  { given, signal }: FetchRequest,
): Transport<Response> {
  const [input, init] = given;
  return {
    form: webForm,
    isTimedOut: timeOutOf(init, signal),
    send: (own) =>
      own === undefined ? passOn(input, init) : upstream(input, { ...init, signal: own }),
    onPassedOn({ body }, reading) {
      if (signal !== undefined && body !== null) endWith(signal, { body, reading });
    },
  };
}
