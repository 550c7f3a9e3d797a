import { shareOrigin } from '@cached-llm/core/adapter';
import type { ApiClient } from './caller-signal.ts';

/** The methods by which the SDK sends the requests of a call, and makes objects of its own classes of the responses. */
const METHODS = [
  'countTokens',
  'embedContentInternal',
  'generateContentInternal',
  'generateContentStreamInternal',
  // Newer releases go on by themselves with an answer that is too long for one response.
  'generateContentStreamWithContinuation',
  'generateContentWithContinuation',
];

/** The part of the client that the methods belong to. Its field is private in the types. */
interface Models {
  readonly apiClient: ApiClient;
}

type Method = (this: Models, ...asked: unknown[]) => Promise<unknown>;

const traced = new WeakSet<object>();

/** The models for one call, and the responses that this call gets. */
function forOneCall(models: Models) {
  const { apiClient } = models;
  const responses: Response[] = [];
  const apiCall: NonNullable<ApiClient['apiCall']> = async (...sent) => {
    const response = await (apiClient as Required<ApiClient>).apiCall(...sent); // `cachedGoogle` checked it
    responses.push(response);
    return response;
  };
  const client: ApiClient = Object.create(apiClient, { apiCall: { value: apiCall } });
  const own: Models = Object.create(models, { apiClient: { value: client } });
  return { own, responses };
}

/** Lets what the SDK makes of a response come from the same call: of some responses, and of streams, it takes over nothing. */
export function traceAnswers(models: object): void {
  if (traced.has(models)) return;
  traced.add(models);
  for (const name of METHODS) {
    const method: Method | undefined = Reflect.get(models, name);
    if (typeof method !== 'function') continue; // an older release
    const value: Method = async function traceAnswer(...asked) {
      const { own, responses } = forOneCall(this);
      return shareOrigin(responses, await method.apply(own, asked));
    };
    Object.defineProperty(models, name, { value, configurable: true, writable: true });
  }
}
