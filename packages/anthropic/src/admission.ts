import {
  admission,
  type Fields,
  fieldsOf,
  isGiven,
  isHostedBlock,
  listOf,
  offersTool,
  type Rejection,
  rejectFinish,
  rejectMessages,
} from '@cached-llm/core/adapter';

/**
 * Tools that the caller's side runs, and those of the provider that look at nothing but the request. These are the search over the
 * request's own tools, and the advice of another model. What any other tool finds depends on time, or on state elsewhere.
 */
const OWN_TOOLS =
  /^(custom|((bash|text_editor|computer|browser|memory)_|tool_search_tool_|advisor_).*)$/;

const isTokenCount = ({ input_tokens: count }: Fields) => typeof count === 'number';

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (isGiven(response.error) || response.type === 'error') return 'error';
  if (isTokenCount(response)) return undefined;
  return rejectFinish(response.stop_reason) ?? rejectMessages(response, request);
}

/** The request says it, and so does the answer, because a gateway may add a tool of its own. */
function isHosted(request: unknown, response: Fields): boolean {
  if (isTokenCount(response)) return false;
  const { mcp_servers: servers, container } = fieldsOf(request);
  const isAsked =
    isGiven(container) || // a sandbox of the provider, with its skills
    listOf(servers).length > 0 ||
    offersTool(request, ({ type }) => !OWN_TOOLS.test(String(type ?? 'custom')));
  return isAsked || isGiven(response.container) || listOf(response.content).some(isHostedBlock);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({ rejectAnswer, isHosted });
