import {
  admission,
  type Fields,
  fieldsOf,
  hasRefusal,
  isFields,
  isGiven,
  listOf,
  messageOf,
  offersTool,
  type Rejection,
  rejectContent,
  rejectFinish,
  rejectMessages,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';

/** Tools that the caller's side runs. What any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = new Set(['function', 'custom', 'namespace', 'apply_patch', 'local_shell']);

const isEmpty = (value: unknown) =>
  !isGiven(value) || value === '' || (Array.isArray(value) && value.length === 0);

/** An item has a status while it is made; some servers give it none. */
const isUnfinished = (item: unknown) => /^(incomplete|failed)$/.test(String(fieldsOf(item).status));

/** A response of the Responses API: it has a `status`, and `output` items. */
function rejectResponse(response: Fields, request: unknown): Rejection | undefined {
  const { status, output, incomplete_details: details } = response;
  if (status === 'incomplete' || isFields(details))
    return rejectFinish(fieldsOf(details).reason ?? status);
  const items = listOf(output);
  if (status !== 'completed' || items.some(isUnfinished)) return 'incomplete';
  if (hasRefusal(response)) return 'refusal';
  return rejectContent(messageOf({ content: items }), request);
}

/** A link with a signature, to what the provider deletes: of AWS, Google Cloud, and Azure. */
const SIGNED = /^https?:\/\/[^?]+\?(.*&)?(X-Amz-Signature|X-Goog-Signature|Signature|sig)=/i;

/** Is there a picture in these parts? Another one is wanted each time, and its link may expire. */
function hasPicture(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(hasPicture);
  const { type, image_url: url } = fieldsOf(part);
  return isGiven(url) || type === 'image' || SIGNED.test(String(fieldsOf(part).url));
}

/** Pictures of OpenRouter stand beside the text. A sound has an id, which a later turn sends until it expires. */
function isOfMoment(choice: unknown): boolean {
  const { images, content, audio } = fieldsOf(fieldsOf(choice).message);
  return !isEmpty(images) || hasPicture(content) || isGiven(fieldsOf(audio).expires_at);
}

function rejectChat(response: Fields, request: unknown): Rejection | undefined {
  const rejected = rejectMessages(response, request);
  return rejected ?? (listOf(response.choices).some(isOfMoment) ? 'incomplete' : undefined);
}

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  if (!isEmpty(response.error)) return 'error';
  if (response.object === 'response' || 'output' in response) {
    return rejectResponse(response, request);
  }
  if (Array.isArray(response.choices)) return rejectChat(response, request);
  return rejectListedEmbeddings(response, request);
}

/**
 * Models that search without being asked to, and may name no source: of OpenAI (docs.litellm.ai/docs/completion/web_search), of
 * Perplexity, and any model of OpenRouter under this ending.
 */
const SEARCH_MODEL = /-search-(preview|api)\b|(^|\/)sonar\b|deep-research|:online$/;

/** Providers in this format have each their own way to ask for a search: OpenRouter, xAI, Alibaba, Azure. */
function asksForSearch(request: Fields): boolean {
  const { web_search_options, search_parameters, enable_search, plugins, model } = request;
  const { data_sources: sources, vector_store_ids: stores } = request;
  if ([web_search_options, search_parameters].some(isGiven) || !isEmpty(sources ?? stores)) {
    return true;
  }
  if (enable_search === true || SEARCH_MODEL.test(String(model))) return true;
  return listOf(plugins).some((plugin) => fieldsOf(plugin).id === 'web');
}

/** Steps of the provider's own among the items of the Responses API. A stored prompt has tools that no request names. */
const HOSTED_ITEM =
  /^((web_search|file_search|code_interpreter|image_generation|mcp)_call|mcp_list_tools|mcp_approval_request)$/;

/** A note in a text that names where it was found: on the web, in a file, in a container. */
const isCitation = (note: unknown) => String(fieldsOf(note).type).endsWith('_citation');

function isHostedItem(item: unknown): boolean {
  const { type, content } = fieldsOf(item);
  const notes = listOf(content).flatMap((part) => listOf(fieldsOf(part).annotations));
  return HOSTED_ITEM.test(String(type)) || notes.some(isCitation);
}

/** OpenAI's search models say what they found in annotations, Azure's own data stand in a `context`. */
function isHostedChoice(choice: unknown): boolean {
  const { annotations, context } = fieldsOf(fieldsOf(choice).message);
  return isGiven(context) || listOf(annotations).some(isCitation);
}

/** Does the answer say that it depends on a provider's data? Perplexity says so beside the choices. */
function saysHosted({ citations, search_results: results, choices, output }: Fields): boolean {
  if (!isEmpty(citations) || !isEmpty(results)) return true;
  return listOf(choices).some(isHostedChoice) || listOf(output).some(isHostedItem);
}

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, response) =>
    asksForSearch(fieldsOf(request)) ||
    offersTool(request, ({ type }) => !OWN_TOOLS.has(String(type))) ||
    saysHosted(response),
});
