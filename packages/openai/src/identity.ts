import { type Fields, isFields, isGiven } from '@cached-llm/core/adapter';

/** What the answer does not depend on, wherever it is asked for. Every other field of a request is in its key. */
export const ignore = [
  'stream', // absent, null and false mean the same: the identity has a field of its own for it
  'stream_options.include_obfuscation', // padding against traffic analysis
] as const;

/** What it does not depend on at the provider's own hosts (platform.openai.com/docs/guides/your-data, learn.microsoft.com/azure/ai-services/openai/reference). A gateway may route by it. */
export const atOwnHosts = {
  hosts:
    /^(?:[a-z]{2}\.)?api\.openai\.com$|\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/,
  ignore: [
    'user', // attribution: the model never sees it
    'safety_identifier', // likewise
    'metadata', // for the account's own lists
    'prompt_cache_key', // routing to a warm prompt cache: price and latency only
    'prompt_cache_retention', // likewise
    'prompt_cache_options', // likewise
    'service_tier', // the same model behind another queue; a replayed body names the tier it was made in
  ],
} as const;

/** What the Responses API repeats from its request (platform.openai.com/docs/api-reference/responses/object). */
export const echoes = {
  metadata: {},
  user: null,
  safety_identifier: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
} as const;

/**
 * Is this a prompt that the provider stores, in whichever version is the current one? The version is optional (`ResponsePrompt`
 * in openai/openai-node src/resources/responses/responses.ts). The text of older completions is no object.
 */
const isChanging = (prompt: unknown) => isFields(prompt) && !isGiven(prompt.version);

/** Does the answer depend on what the provider stores between calls, or does it not come with this call? */
export function isStateful(request: Fields): boolean {
  const { background, conversation, previous_response_id: previous, prompt } = request;
  return background === true || isGiven(conversation) || isGiven(previous) || isChanging(prompt);
}

/** Is this an endpoint that generates? Files, batches, vector stores and the like bypass the cache. */
export function answers(path: string): boolean {
  return /\/(chat\/completions|completions|responses|embeddings)$/.test(path);
}
