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

const OTHER = '_OTHER';

/** Values of one attribute. Each of them costs time series, and users choose models, hosts and fields. */
const MOST_VALUES = 200;

/** Characters. A longer value is no name: a prompt may stand where a model belongs. */
const LONGEST_VALUE = 200;

/** The attributes of the calls of one cache. Further values than so many of one attribute are `_OTHER`. */
export class CallAttributes {
  readonly #ofUser: OperationOf | undefined;
  readonly #values = new Map<string, Set<string>>();

  constructor(ofUser: OperationOf | undefined) {
    this.#ofUser = ofUser;
  }

  /** The attributes of the conventions that all metrics of a call have. What is not known is left out. */
  of(call: Called): Attributes {
    const { provider, model, endpoint, servedModel } = call;
    const { address, port } = endpoint ?? {};
    const attributes: Attributes = {
      'gen_ai.operation.name': this.value('gen_ai.operation.name', this.#operationOf(call)),
      ...this.ofProvider(provider, address),
    };
    const names = {
      'gen_ai.request.model': model,
      'gen_ai.response.model': servedModel,
      'server.address': address,
    };
    for (const [name, value] of Object.entries(names)) {
      if (value !== undefined) attributes[name] = this.value(name, value);
    }
    if (port !== undefined) attributes['server.port'] = port;
    return attributes;
  }

  /** Of a call of which no more is known. */
  ofProvider(provider: string, address?: string): Attributes {
    const name = 'gen_ai.provider.name';
    return { [name]: this.value(name, providerName(provider, address)) };
  }

  /** The value itself, as long as the attribute has few values. */
  value(name: string, value: string): string {
    const known = this.#values.get(name) ?? new Set();
    if (known.has(value)) return value;
    if (value.length > LONGEST_VALUE || known.size === MOST_VALUES) return OTHER;
    this.#values.set(name, known.add(value));
    return value;
  }

  /** By the path of the endpoint, and never by the model's name. A function has no path, and may be named after what it does. */
  #operationOf({ endpoint, provider, model }: Called): string {
    if (endpoint?.operation !== undefined) return endpoint.operation;
    const said = this.#saidOf({ provider, model });
    if (typeof said === 'string') return said;
    if (endpoint?.address !== undefined) return OTHER;
    return EMBEDDING.test(provider) ? 'embeddings' : 'chat';
  }

  /** The application sees its mistake as a warning, and the call is counted all the same. */
  #saidOf(call: Parameters<OperationOf>[0]): unknown {
    try {
      return this.#ofUser?.(call);
    } catch (error) {
      process.emitWarning(String(error));
      return undefined;
    }
  }
}
