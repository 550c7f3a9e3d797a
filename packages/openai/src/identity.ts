import { type Fields, isFields, isGiven } from '@cached-llm/core';

/** What the answer does not depend on. All else of a request is in its key. */
export const ignore = [
  'user', // attribution: the model never sees it
  'safety_identifier', // likewise
  'metadata', // for the account's own lists
  'prompt_cache_key', // routing to a warm prompt cache: price and latency only
  'prompt_cache_retention', // likewise
  'prompt_cache_options', // likewise
  'service_tier', // the same model behind another queue; a replayed body names the tier it was made in
  'stream', // absent, null and false are one thing: the identity has a field of its own for it
  'stream_options.include_obfuscation', // padding against traffic analysis
] as const;

/** The answer hangs on what the provider keeps between calls, or does not come with this one. */
export function isStateful(request: Fields): boolean {
  const { background, conversation, previous_response_id: previous } = request;
  return background === true || isGiven(conversation) || isGiven(previous);
}

/** Endpoints that generate. Files, batches, vector stores and the like pass by. */
export function answers(path: string): boolean {
  return /\/(chat\/completions|completions|responses|embeddings)$/.test(path);
}

/** Tools that this side runs; what any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = new Set(['function', 'custom', 'namespace', 'apply_patch', 'local_shell']);

/** Those who speak this wire have each their own way to ask for a search: OpenRouter, xAI, Alibaba. */
function asksForSearch(request: Fields): boolean {
  const { web_search_options, search_parameters, enable_search, plugins, model } = request;
  if (isGiven(web_search_options) || isGiven(search_parameters)) return true;
  if (enable_search === true || String(model).endsWith(':online')) return true;
  return (
    Array.isArray(plugins) && plugins.some((plugin) => isFields(plugin) && plugin.id === 'web')
  );
}

export function usesHostedTool(request: unknown): boolean {
  if (!isFields(request)) return false;
  if (asksForSearch(request)) return true;
  const { tools } = request;
  return (
    Array.isArray(tools) &&
    tools.some((tool) => isFields(tool) && !OWN_TOOLS.has(String(tool.type)))
  );
}
