import {
  admission,
  type Fields,
  fieldsOf,
  hasRefusal,
  isFields,
  isGiven,
  listOf,
  messageOf,
  numberOf,
  offersTool,
  type Rejection,
  rejectContent,
  rejectFinish,
  rejectMessages,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';

/** Tools that the caller's side runs. What any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = new Set(['function', 'custom', 'namespace', 'apply_patch', 'local_shell']);

const isEmpty = (value: unknown) =>
  !isGiven(value) || value === '' || (Array.isArray(value) && value.length === 0);

/** An item has a status while it is made; some servers give it none. */
const isUnfinished = (item: unknown) => (fieldsOf(item).status ?? 'completed') === 'incomplete';

/** A response of the Responses API: it has a `status`, and `output` items. */
function rejectResponse(response: Fields, request: unknown): Rejection | undefined {
  const { status, output, incomplete_details: details } = response;
  if (status === 'incomplete') return rejectFinish(isFields(details) ? details.reason : status);
  const items = listOf(output);
  if (status !== 'completed' || items.some(isUnfinished)) return 'incomplete';
  if (hasRefusal(response)) return 'refusal';
  return rejectContent(messageOf({ content: items }), request);
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (!isEmpty(response.error)) return 'error';
  if (response.object === 'response' || 'output' in response) {
    return rejectResponse(response, request);
  }
  if (Array.isArray(response.choices)) return rejectMessages(response, request);
  return rejectListedEmbeddings(response, request);
}

/** Providers in this format have each their own way to ask for a search: OpenRouter, xAI, Alibaba. */
function asksForSearch(request: Fields): boolean {
  const { web_search_options, search_parameters, enable_search, plugins, model } = request;
  if (isGiven(web_search_options) || isGiven(search_parameters)) return true;
  if (enable_search === true || String(model).endsWith(':online')) return true;
  return listOf(plugins).some((plugin) => fieldsOf(plugin).id === 'web');
}

const hasCitation = (choice: unknown) =>
  listOf(fieldsOf(fieldsOf(choice).message).annotations).some(
    (note) => fieldsOf(note).type === 'url_citation',
  );

/** Search models search without being asked to. OpenAI's say so in annotations, Perplexity's beside the choices. */
function hasSearched({ citations, search_results: results, choices }: Fields): boolean {
  return !isEmpty(citations) || !isEmpty(results) || listOf(choices).some(hasCitation);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, response) =>
    asksForSearch(fieldsOf(request)) ||
    offersTool(request, ({ type }) => !OWN_TOOLS.has(String(type))) ||
    hasSearched(response),
});

/** `usage` of either API. `cost` comes from OpenRouter. */
export function usageOf(response: unknown): Usage | undefined {
  const { usage } = fieldsOf(response);
  if (!isFields(usage)) return undefined;
  const details = usage.prompt_tokens_details ?? usage.input_tokens_details;
  return {
    inputTokens: numberOf(usage.prompt_tokens ?? usage.input_tokens),
    outputTokens: numberOf(usage.completion_tokens ?? usage.output_tokens),
    cacheReadTokens: numberOf(fieldsOf(details).cached_tokens),
    cost: numberOf(usage.cost),
  };
}
