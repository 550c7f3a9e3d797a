import {
  admission,
  asksForSearch,
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
  saysSearched,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '@cached-llm/http';

/** Tools that the caller's side runs. What any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = new Set(['function', 'custom', 'apply_patch', 'local_shell']);

/** Does the provider run this tool? A namespace holds tools. */
function isHostedTool({ type, tools }: Fields): boolean {
  if (type === 'namespace') return listOf(tools).some((tool) => isHostedTool(fieldsOf(tool)));
  return !OWN_TOOLS.has(String(type));
}

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

/** Why a response is not stored; undefined where it may be. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, response) =>
    asksForSearch(fieldsOf(request)) || offersTool(request, isHostedTool) || saysSearched(response),
});
