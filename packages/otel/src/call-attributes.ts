import type { CacheEvents } from '@cached-llm/core';
import type { Attributes } from '@opentelemetry/api';
import { providerName } from './conventions.ts';

/** What an event says of its call, as far as attributes are made of it. */
export type Called = Pick<CacheEvents['miss'], 'provider' | 'model' | 'endpoint'> & {
  readonly servedModel?: string | undefined;
};

/** Says of calls that have no endpoint, such as those of wrapped functions, what they ask for. */
export type OperationOf = (call: {
  readonly provider: string;
  readonly model: string | undefined;
}) => string | undefined;

const EMBEDDING = /embed/i;

/** By the path of the endpoint, and never by the model's name. A function has no path, and may be named after what it does. */
function operationOf(
  { endpoint, provider, model }: Called,
  ofUser: OperationOf | undefined,
): string {
  if (endpoint?.operation !== undefined) return endpoint.operation;
  const said = ofUser?.({ provider, model });
  if (said !== undefined) return said;
  if (endpoint?.address !== undefined) return '_OTHER';
  return EMBEDDING.test(provider) ? 'embeddings' : 'chat';
}

/** The attributes of the conventions that all metrics of a call have. What is not known is left out. */
export function callAttributes(call: Called, ofUser: OperationOf | undefined): Attributes {
  const { provider, model, endpoint, servedModel } = call;
  const { address, port } = endpoint ?? {};
  const attributes: Attributes = {
    'gen_ai.operation.name': operationOf(call, ofUser),
    'gen_ai.provider.name': providerName(provider, address),
  };
  if (model !== undefined) attributes['gen_ai.request.model'] = model;
  if (servedModel !== undefined) attributes['gen_ai.response.model'] = servedModel;
  if (address !== undefined) attributes['server.address'] = address;
  if (port !== undefined) attributes['server.port'] = port;
  return attributes;
}
