import {
  type Adapter,
  type Bypass,
  type CallIdentity,
  type Fields,
  fieldsOf,
  identify,
  isFields,
  isNeutralHeader,
  type Policy,
} from '@cached-llm/core';

/** A model, as far as its identity goes. */
interface Model {
  readonly provider: string;
  readonly modelId: string;
}

/** One call of a model. */
export interface Asked {
  readonly model: Model;
  readonly operation: 'language-model' | 'embedding-model';
  readonly streamed?: true;
  readonly params: Fields;
  readonly adapter: Adapter;
}

function keptHeaders(headers: unknown): Record<string, string> {
  const given = Object.entries(fieldsOf(headers)).filter(([, value]) => value !== undefined);
  const named = given.map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return Object.fromEntries(named.filter(([name]) => !isNeutralHeader(name)));
}

interface Place {
  readonly baseURL?: unknown;
  readonly baseUrl?: unknown;
  readonly url?: unknown;
}

/** Private in the types, and all that tells two base URLs under one provider's name apart. */
function endpointOf(model: Model): string {
  const { config = {} } = model as { readonly config?: Place };
  const place = config.baseURL ?? config.baseUrl ?? config.url;
  try {
    const url = typeof place === 'function' ? place({ path: '', modelId: model.modelId }) : place;
    return typeof url === 'string' ? url : '';
  } catch {
    return ''; // says nothing of itself
  }
}

/** An option that was left out leaves nothing behind: `{ openai: {} }` says as much as no options at all. */
function withoutEmpty(options: unknown): Fields | undefined {
  if (!isFields(options)) return undefined;
  const isSaid = (value: unknown) =>
    isFields(value) ? Object.values(value).some((each) => each !== undefined) : value !== undefined;
  const kept = Object.entries(options).filter(([, value]) => isSaid(value));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** What of a model's call is in the key: provider, model, endpoint, headers and parameters. */
export function modelIdentity(asked: Asked, policy: Policy): CallIdentity | Bypass {
  const { model, operation, streamed, params, adapter } = asked;
  const { provider, modelId } = model;
  if (policy.when?.apply(undefined, [params] as never) === false)
    return { bypass: 'when', provider }; // the user's own type
  if (params.includeRawChunks === true) return { bypass: 'not-shareable', provider };
  if (adapter.isStateful?.(params) === true) return { bypass: 'stateful', provider };
  const { headers, includeRawChunks: _none, ...request } = params;
  const call = {
    provider,
    operation: `${operation} ${endpointOf(model)}`,
    model: modelId,
    streamed,
    headers: keptHeaders(headers),
    request,
    adapter,
  };
  const identity = identify(call, policy);
  const kept = fieldsOf(identity.request);
  const providerOptions = withoutEmpty(kept.providerOptions);
  return { ...identity, request: { ...kept, providerOptions } };
}
