import { cacheOf, type Policy, policyForClient } from '@cached-llm/core/adapter';
import { batchIn } from './answer-fetch.ts';
import { answerItems, modelOf } from './answer-items.ts';
import { type Asked, answerKnown } from './answer-known.ts';
import {
  type CachedFetchOptions,
  type CallSettings,
  httpCall,
  settingsFor,
  type Transport,
} from './http-call.ts';
import { KnownCalls, textOf } from './known-calls.ts';
import { replayMiss } from './replay-miss.ts';
import { checkEndpoints, type HttpRequest, readReceived } from './request/index.ts';
import {
  answerOf,
  type Made,
  madeOf,
  serverForm,
  type TransportAnswer,
  type TransportRequest,
} from './transport-answer.ts';

const transportOf = ({ body, signal, send }: TransportRequest): Transport<Made> => ({
  form: serverForm,
  send: async (own = signal) => madeOf(await send(body, own)),
});

function refusalOf(error: unknown, settings: CallSettings, read: HttpRequest): TransportAnswer {
  const { text: content, head } = replayMiss(error, settings, read);
  return { ...head, content, outcome: 'replay-miss', info: undefined, model: modelOf(read) };
}

function answer(
  settings: CallSettings,
  read: HttpRequest,
  { request, known, text }: Asked,
): TransportAnswer | Promise<TransportAnswer> {
  if (batchIn(settings, read) !== undefined) {
    request.onWait?.({ isBypass: false, key: undefined, model: modelOf(read) });
    return answerItems(settings, read, request);
  }
  const { pipeline } = settings.cache;
  const made = httpCall(settings, read, transportOf(request));
  const call = { ...made, address: pipeline.addressOf(made) };
  if (text !== undefined) known.add(text, call);
  const model = 'bypass' in call.identity ? modelOf(read) : call.identity.model;
  const answered = pipeline.answer(call);
  if (!(answered instanceof Promise)) return answerOf(answered.response, model);
  const key = call.address?.key;
  request.onWait?.({ isBypass: key === undefined, key, model });
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
  const known = new KnownCalls();
  return (request) => {
    // A predicate of the user's is asked each time.
    const text = policy.when === undefined ? textOf(request, request.scope) : undefined;
    const asked = { request, known, text };
    const stored = answerKnown(settings, asked);
    if (stored !== undefined) return stored;
    const read = readReceived(request);
    if (read === undefined) return undefined;
    const own = controlled(settingsIn(request.scope), read);
    return own.policy.mode === 'off' ? undefined : answer(own, read, asked);
  };
}
