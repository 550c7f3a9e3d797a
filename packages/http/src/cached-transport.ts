import { type AnswerInfo, infoOf } from '@cached-llm/core';
import { cacheOf, fieldsOf, type Policy, policyForClient } from '@cached-llm/core/adapter';
import { answerFetch, batchIn } from './answer-fetch.ts';
import {
  type CachedFetchOptions,
  type CallSettings,
  httpCall,
  settingsFor,
  type Transport,
} from './http-call.ts';
import { replayMiss } from './replay-miss.ts';
import {
  checkEndpoints,
  type HttpRequest,
  type ReceivedRequest,
  readReceived,
} from './request/index.ts';
import {
  type ByteSource,
  type Content,
  type LiveResponse,
  type MadeHead,
  OUTCOME_HEADER,
  type ResponseForm,
} from './response/index.ts';

/** A POST that a server received, and how it goes on to its upstream. */
export interface TransportRequest extends ReceivedRequest {
  /** Whose entries it may have, such as a digest of its credential. A scope in its headers is within this one. @default that of the cache */
  readonly scope?: string | undefined;
  /** Sends this body with the headers of the request. Without a signal nothing ends the call but its caller. */
  send(body: Uint8Array | string, signal: AbortSignal | undefined): Promise<LiveResponse>;
}

/** An answer for one caller, as a server writes it. */
export interface TransportAnswer extends MadeHead {
  /** `null` is no body, and a source of bytes passes as it comes. */
  readonly content: Content | ByteSource | null;
  /** `hit`, `stale`, `miss`, `collapsed`, `bypass`, `partial` of a batch, or `replay-miss`. */
  readonly outcome: string;
  /** What became of the request. Undefined for what no call of the pipeline answered. */
  readonly info: AnswerInfo | undefined;
  /** The model that was asked. */
  readonly model: string | undefined;
}

type Made = Pick<TransportAnswer, 'status' | 'statusText' | 'headers' | 'content'>;

const isSuccess = (status: number) => status >= 200 && status < 300;

/** The responses of a server. One that is read is always one that `send` gave. */
const serverForm: ResponseForm<Made> = {
  live: ({ status, statusText, headers, content }) =>
    ({ status, statusText, ok: isSuccess(status), headers, body: content }) as LiveResponse, // as `send` gave it
  liveHeaders: ({ headers }) => headers as LiveResponse['headers'], // likewise
  make: (content, { status, statusText, headers }) => ({ status, statusText, headers, content }),
};

const madeOf = ({ status, statusText, headers, body: content }: LiveResponse): Made => ({
  status,
  statusText,
  headers,
  content,
});

const transportOf = ({ body, signal, send }: TransportRequest): Transport<Made> => ({
  form: serverForm,
  send: async (own = signal) => madeOf(await send(body, own)),
});

/** A response of `fetch` for an upstream's: batches are taken apart as such. */
function webResponse({ status, statusText, headers, body }: LiveResponse): Response {
  const reader = body?.getReader();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done === true || value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: async (reason) => void (await reader?.cancel(reason)),
    },
    { highWaterMark: 0 },
  );
  const isEmpty = [204, 205, 304].includes(status); // such a response may have no body (Fetch §2.2.3)
  const list = [...headers].map(([...header]) => header);
  return new Response(isEmpty ? null : stream, { status, statusText, headers: list });
}

/** Answers a request for many items, item by item. */
async function answerItems(
  settings: CallSettings,
  read: HttpRequest,
  { signal, send }: TransportRequest,
): Promise<TransportAnswer> {
  const headers = new Headers([...read.headers].map(([...header]) => header));
  const { method, text: body } = read;
  const given = [read.url.href, { method, headers, body, signal: signal ?? null }] as const;
  const upstream = async (_url: unknown, sent: RequestInit = {}) =>
    webResponse(await send(String(sent.body), sent.signal ?? undefined));
  const response = await answerFetch({ ...settings, upstream }, { ...read, headers, given });
  const outcome = response.headers.get(OUTCOME_HEADER) ?? 'bypass';
  const { status, statusText, body: content } = response;
  const answered = { status, statusText, headers: response.headers, content };
  return { ...answered, outcome, info: infoOf(response), model: modelOf(read) };
}

function modelOf({ body }: HttpRequest): string | undefined {
  const { model } = fieldsOf(body);
  return typeof model === 'string' ? model : undefined;
}

function answerOf(response: Made, model: string | undefined): TransportAnswer {
  const info = infoOf(response);
  const outcome = info?.collapsed === true ? 'collapsed' : (info?.outcome ?? 'bypass');
  const { status, statusText, headers, content } = response;
  return { status, statusText, headers, content, outcome, info, model };
}

function refusalOf(error: unknown, settings: CallSettings, read: HttpRequest): TransportAnswer {
  const { text: content, head } = replayMiss(error, settings, read);
  return { ...head, content, outcome: 'replay-miss', info: undefined, model: modelOf(read) };
}

function answer(
  settings: CallSettings,
  read: HttpRequest,
  request: TransportRequest,
): TransportAnswer | Promise<TransportAnswer> {
  if (batchIn(settings, read) !== undefined) return answerItems(settings, read, request);
  const call = httpCall(settings, read, transportOf(request));
  const model = 'bypass' in call.identity ? modelOf(read) : call.identity.model;
  const answered = settings.cache.pipeline.answer(call);
  if (!(answered instanceof Promise)) return answerOf(answered.response, model);
  return answered.then(
    ({ response }) => answerOf(response, model),
    (error) => refusalOf(error, settings, read),
  );
}

/** Scopes are asked for again and again, and what is remembered of a policy hangs on the policy. */
const MOST_SCOPES = 1_000;

function within(policy: Policy, scope: string): Policy {
  return { ...policy, scope: policy.scope === '' ? scope : `${policy.scope}/${scope}` };
}

const withPolicy = (settings: CallSettings, policy: Policy): CallSettings => ({
  ...settings,
  policy,
  refreshing: { ...policy, mode: 'refresh' },
});

/** The settings for each scope. */
function settingsByScope(settings: CallSettings) {
  const known = new Map<string, CallSettings>();
  return (scope: string | undefined): CallSettings => {
    if (scope === undefined) return settings;
    const found = known.get(scope);
    if (found !== undefined) return found;
    if (known.size >= MOST_SCOPES) known.clear();
    const made = withPolicy(settings, within(settings.policy, scope));
    known.set(scope, made);
    return made;
  };
}

/** The settings of a request whose headers may control it. A scope that they name lies within the request's own. */
function controlled(settings: CallSettings, read: HttpRequest): CallSettings {
  const made = settingsFor(settings, read);
  const { scope } = made.policy;
  const own = settings.policy.scope;
  if (made === settings || scope === own || scope === '' || own === '') return made;
  return withPolicy(made, within({ ...made.policy, scope: own }, scope));
}

/** Answers a request, at once if a synchronous store has its answer. Undefined if it is not to be answered by a cache. */
export type CachedTransport = (
  request: TransportRequest,
) => TransportAnswer | Promise<TransportAnswer> | undefined;

const OPTIONS: readonly string[] = ['cache', 'adapter', 'endpoints'];

/**
 * What `cachedFetch` does, for a server that receives requests and passes them on: without the objects of `fetch`, which
 * take longer than the rest of a hit.
 *
 * Undefined is returned for a request whose body is not JSON, and in mode `off`: the caller sends it itself.
 *
 * @throws {LlmCacheError} for a bad option: here, not at a call.
 */
export function cachedTransport(options: Omit<CachedFetchOptions, 'fetch'> = {}): CachedTransport {
  const cache = cacheOf(options);
  checkEndpoints(options.endpoints);
  // A scope comes with each request, and a request without one bypasses the cache where it is required.
  const { requireScope } = cache.policy;
  const policy = policyForClient({ ...cache.policy, requireScope: false }, options, OPTIONS);
  const settings = withPolicy(
    { ...options, cache, policy, refreshing: policy },
    { ...policy, requireScope },
  );
  const settingsIn = settingsByScope(settings);
  return (request) => {
    const read = readReceived(request);
    if (read === undefined) return undefined;
    const own = controlled(settingsIn(request.scope), read);
    return own.policy.mode === 'off' ? undefined : answer(own, read, request);
  };
}
