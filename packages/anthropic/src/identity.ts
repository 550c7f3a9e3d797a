import { type Fields, isFields, isGiven } from '@cached-llm/core';

/** What the answer does not depend on. All else of a request is in its key. */
export const ignore = [
  'metadata', // whose request it is, against abuse: the model never sees it
  'user_profile_id', // likewise; the SDK sends it as a header
  'cache_control', // marks a prefix for the provider's own prompt cache: price and latency only
  'service_tier', // the same model behind another queue; a replayed body names the tier it was made in
  'stream', // absent, null and false are one thing: the identity has a field of its own for it
] as const;

/** The answer hangs on what the provider keeps between calls: a sandbox, a thread, a message before. */
export function isStateful(request: Fields): boolean {
  const { container, thread, diagnostics } = request;
  const held = isFields(container) ? container.id : container;
  const previous = isFields(diagnostics) ? diagnostics.previous_message_id : undefined;
  return [held, thread, previous].some(isGiven);
}

/**
 * Endpoints that generate, and the count of tokens: one request has one count, it is asked for before
 * every turn, and it has a rate limit of its own. Batches, files, models and the like pass by.
 */
export function answers(path: string): boolean {
  return /\/messages(\/count_tokens)?$/.test(path);
}

/**
 * Tools that this side runs, and those on the provider's side that look at nothing but the request:
 * the search over its own tools, and the advice of another model. What any other tool finds depends on
 * time, or on state elsewhere.
 */
const OWN_TOOLS =
  /^(custom|((bash|text_editor|computer|browser|memory)_|tool_search_tool_|advisor_).*)$/;

export function usesHostedTool(request: unknown): boolean {
  if (!isFields(request)) return false;
  const { tools, mcp_servers: servers } = request;
  if (Array.isArray(servers) && servers.length > 0) return true;
  const isHosted = (tool: unknown) =>
    isFields(tool) && !OWN_TOOLS.test(String(tool.type ?? 'custom'));
  return Array.isArray(tools) && tools.some(isHosted);
}
