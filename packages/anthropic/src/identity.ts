import { type Fields, isFields, isGiven } from '@cached-llm/core/adapter';

/** What the answer does not depend on, wherever it is asked for. Every other field of a request is in its key. */
export const ignore = [
  'cache_control', // marks a prefix for the provider's own prompt cache: price and latency only
  'stream', // absent, null and false mean the same: the identity has a field of its own for it
] as const;

/** What it does not depend on at the provider's own hosts (docs.anthropic.com/en/api, and the same on Vertex AI, Bedrock and Azure). A gateway may route by it. */
export const atOwnHosts = {
  hosts:
    /^api\.anthropic\.com$|aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$|^bedrock-runtime\..*\.amazonaws\.com$|\.services\.ai\.azure\.com$/,
  ignore: [
    'metadata', // whose request it is, against abuse: the model never sees it
    'user_profile_id', // likewise; the SDK sends it as a header
    'service_tier', // the same model behind another queue; a replayed body names the tier it was made in
  ],
} as const;

/** Does the answer depend on what the provider stores between calls: a sandbox, a thread, a message before? */
export function isStateful(request: Fields): boolean {
  const { container, thread, diagnostics } = request;
  const sandbox = isFields(container) ? container.id : container;
  const previous = isFields(diagnostics) ? diagnostics.previous_message_id : undefined;
  return [sandbox, thread, previous].some(isGiven);
}

const ANSWERS = /\/messages(\/count_tokens)?$/;

/** On Vertex AI and on Bedrock the model is in the path. */
const MODEL_IN_PATH =
  /\/(?:models|model)\/([^/:]+(?::\d+)?)(?::rawPredict|:streamRawPredict|\/invoke|\/invoke-with-response-stream)$/;

/** The model of a request: on other platforms than Anthropic's own, the one in its path. */
export function modelOf({ model }: Fields, url?: URL): string | undefined {
  const found = MODEL_IN_PATH.exec(decodeURIComponent(url?.pathname ?? ''))?.[1];
  return found ?? (typeof model === 'string' ? model : undefined);
}

/**
 * Is this an endpoint that generates, or that counts tokens? One request has one count, it is asked for
 * before every turn, and it has a rate limit of its own. Batches, files, models and the like bypass the cache.
 */
export function answers(path: string): boolean {
  return ANSWERS.test(path) || MODEL_IN_PATH.test(decodeURIComponent(path));
}
