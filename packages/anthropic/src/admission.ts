import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  numberOf,
  offersTool,
  type Rejection,
  rejectFinish,
  type Usage,
} from '@cached-llm/core/adapter';

/**
 * Tools that the caller's side runs, and those on the provider's side that look at nothing but the request:
 * the search over the request's own tools, and the advice of another model. What any other tool finds
 * depends on time, or on state elsewhere.
 */
const OWN_TOOLS =
  /^(custom|((bash|text_editor|computer|browser|memory)_|tool_search_tool_|advisor_).*)$/;

/** No content, or nothing but empty texts. */
function isEmpty(content: unknown): boolean {
  const isBlank = (block: unknown) => isFields(block) && block.type === 'text' && !block.text;
  return !Array.isArray(content) || content.every(isBlank);
}

const isTokenCount = ({ input_tokens: count }: Fields) => typeof count === 'number';

function rejectAnswer(response: Fields): Rejection | undefined {
  if (isGiven(response.error)) return 'error';
  if (isTokenCount(response)) return undefined;
  return rejectFinish(response.stop_reason) ?? (isEmpty(response.content) ? 'empty' : undefined);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, response) =>
    !isTokenCount(response) &&
    (listOf(fieldsOf(request).mcp_servers).length > 0 ||
      offersTool(request, ({ type }) => !OWN_TOOLS.test(String(type ?? 'custom')))),
});

/** Tokens that are read from or written to the provider's prompt cache are not in its `input_tokens`. */
export function usageOf(response: unknown): Usage | undefined {
  const { usage } = fieldsOf(response);
  if (!isFields(usage)) return undefined;
  const cacheReadTokens = numberOf(usage.cache_read_input_tokens);
  const cacheWriteTokens = numberOf(usage.cache_creation_input_tokens);
  const uncached = numberOf(usage.input_tokens) ?? 0;
  return {
    inputTokens: uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens: numberOf(usage.output_tokens),
    cacheReadTokens,
    cacheWriteTokens,
  };
}
