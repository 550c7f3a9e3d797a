import { endWith, timeOutOf } from './caller-signal.ts';
import type { CallSettings, Fetch, Transport } from './http-call.ts';
import type { FetchRequest } from './request/index.ts';
import { webForm } from './response/index.ts';

/** The options of a cached fetch, with every default filled in. */
export interface FetchSettings extends CallSettings {
  readonly upstream: Fetch;
}

/** Sends a request by `fetch`, as its caller gave it. */
export function fetchTransport(
  { upstream }: FetchSettings,
  { given, signal }: FetchRequest,
): Transport<Response> {
  const [input, init] = given;
  return {
    form: webForm,
    isTimedOut: timeOutOf(init, signal),
    send: (own) => upstream(input, own === undefined ? init : { ...init, signal: own }),
    onPassedOn({ body }, reading) {
      if (signal !== undefined && body !== null) endWith(signal, { body, reading });
    },
  };
}
