import { credentialDigest, defaultAdapter } from '@cached-llm/core/adapter';
import type { CallSettings } from './http-call.ts';
import type { KnownCalls } from './known-calls.ts';
import { readReceived } from './request/index.ts';
import { type HttpCodecOptions, httpCodec } from './response/index.ts';
import {
  answerOf,
  type Made,
  madeOf,
  serverForm,
  type TransportAnswer,
  type TransportRequest,
} from './transport-answer.ts';

/** What the restoring of a stored answer needs of its caller. The body is read only if the answer repeats a part of it. */
class StoredRequest implements HttpCodecOptions<Made> {
  readonly form = serverForm;
  readonly rules: HttpCodecOptions<Made>['rules'];
  readonly url: string;
  readonly #request: TransportRequest;

  constructor(rules: HttpCodecOptions<Made>['rules'], request: TransportRequest) {
    this.rules = rules;
    this.url = request.url.href;
    this.#request = request;
  }

  get request(): unknown {
    return readReceived(this.#request)?.body;
  }

  readonly credential = () => credentialDigest(this.#request.headers);
  readonly onPassedOn = () => {};
}

/** One request, the requests before it, and its text among them. */
export interface Asked {
  readonly request: TransportRequest;
  readonly known: KnownCalls;
  /** Undefined for a request that is not remembered. */
  readonly text: string | undefined;
}

/** Answers a request that was made before, if its answer is in a store that needs no time. */
export function answerKnown(
  { cache, adapter }: CallSettings,
  { request, known, text }: Asked,
): TransportAnswer | undefined {
  const call = text === undefined ? undefined : known.get(text);
  if (call === undefined || 'bypass' in call.identity) return undefined;
  const { admit, ttlOf } = call.policy;
  const rules = { adapter: adapter ?? defaultAdapter, admit, ttlOf };
  const answered = cache.pipeline.answerAtOnce<Made>({
    identity: call.identity,
    address: call.address,
    policy: call.policy,
    endpoint: call.endpoint,
    codec: httpCodec(new StoredRequest(rules, request)),
    invoke: async () => madeOf(await request.send(request.body, request.signal)), // never called at once
  });
  return answered && answerOf(answered.response, call.identity.model);
}
