import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';

/**
 * Models that search without being asked to, and may name no source: those of OpenAI (docs.litellm.ai/docs/completion/web_search)
 * and Perplexity, and any model of OpenRouter under this ending. Groq's compound models run code as well.
 */
const SEARCH_MODEL = /-search-(preview|api)\b|(^|\/)(sonar|compound)\b|deep-research|:online$/;

/** Names of tools that run at a provider: the types of OpenAI and the APIs in its format, those of Anthropic, and the fields of Gemini. */
const HOSTED =
  /^(openrouter:|builtin_function$|system_?tool$|(google_?search(_?retrieval)?|google_?maps|url_?context|web_?search|web_?fetch|enterprise_?web_?search|x_search|browser_search|live_search|collections_search|file_?search|retrieval|code_?interpreter|code_?execution|image_?generation|mcp)(_|$))/i;

const isEmpty = (value: unknown) =>
  !isGiven(value) || value === '' || (Array.isArray(value) && value.length === 0);

/** Gemini and Bedrock name a tool by the field that it stands in. */
function namesOf({ type, function: declared, name, ...fields }: Fields): readonly string[] {
  if (typeof type === 'string') return [type];
  if (isGiven(declared) || isGiven(name)) return [];
  return Object.keys(fields).filter((field) => isGiven(fields[field]));
}

/** Is this a tool that is known to run at a provider? */
const isKnownHosted = (tool: unknown) =>
  isFields(tool) && namesOf(tool).some((name) => HOSTED.test(name));

/** Providers in OpenAI's format have each their own way to ask for a search: OpenRouter, xAI, Alibaba, Azure. */
export function asksForSearch(request: Fields): boolean {
  const { web_search_options, search_parameters, enable_search, plugins, model } = request;
  const { data_sources: sources, vector_store_ids: stores } = request;
  if ([web_search_options, search_parameters].some(isGiven) || !isEmpty(sources ?? stores)) {
    return true;
  }
  if (enable_search === true || SEARCH_MODEL.test(String(model))) return true;
  return listOf(plugins).some((plugin) => fieldsOf(plugin).id === 'web');
}

/** A record without any of these is an argument of the user's own, and no request to a model. */
const CONVERSATION = ['messages', 'message', 'prompt', 'input', 'contents'] as const;

/** Does a request to any provider, as it is on the wire or as an SDK takes it, offer what runs at the provider? */
export function asksForHosted(request: unknown): boolean {
  const {
    config,
    toolConfig,
    connectors,
    mcp_servers: servers,
    container,
    ...asked
  } = fieldsOf(request);
  if (!CONVERSATION.some((name) => isGiven(asked[name]))) return false;
  const places = [asked, fieldsOf(config), fieldsOf(toolConfig)];
  const tools = places.flatMap((place) => listOf(place.tools));
  if (tools.some(isKnownHosted) || asksForSearch(asked)) return true;
  return !isEmpty(connectors) || !isEmpty(servers) || isFields(container);
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

/**
 * OpenAI's search models say what they found in annotations, Azure's own data stand in a `context`, and Groq names the tools
 * that were run.
 */
function isHostedChoice(choice: unknown): boolean {
  const { annotations, context, executed_tools: run } = fieldsOf(fieldsOf(choice).message);
  return isGiven(context) || listOf(run).length > 0 || listOf(annotations).some(isCitation);
}

/** Does an answer in OpenAI's format say that it depends on a provider's data? Perplexity says so beside the choices. */
export function saysSearched({
  citations,
  search_results: results,
  choices,
  output,
}: Fields): boolean {
  if (!isEmpty(citations) || !isEmpty(results)) return true;
  return listOf(choices).some(isHostedChoice) || listOf(output).some(isHostedItem);
}

/** Is this a step of a tool at Anthropic, or a text that quotes the web? */
export function isHostedBlock(block: unknown): boolean {
  const { type, name, citations } = fieldsOf(block);
  if (type === 'server_tool_use') return !/^(tool_search|advisor)/.test(String(name));
  if (
    /^(web_search|web_fetch|(bash_|text_editor_)?code_execution|mcp).*_(use|result)$/.test(
      String(type),
    )
  )
    return true;
  return listOf(citations).some((each) => fieldsOf(each).type === 'web_search_result_location');
}

/** Steps of a tool that ran at Google, in a part of the answer. */
const STEPS = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const;

const hasFields = (value: unknown) => Object.values(fieldsOf(value)).some(isGiven);

/** Has Google looked something up for this candidate, or run code? A cached content may hold the tool, and the request no word of it. */
export function isHostedCandidate(candidate: unknown): boolean {
  const { groundingMetadata, urlContextMetadata, retrievalMetadata, content } = fieldsOf(candidate);
  const isStep = (part: unknown) => STEPS.some((name) => isGiven(fieldsOf(part)[name]));
  const found = [groundingMetadata, urlContextMetadata, retrievalMetadata];
  return found.some(hasFields) || listOf(fieldsOf(content).parts).some(isStep);
}

/** Does an answer in a form that is known say that it depends on what a provider found, or ran? */
export function saysHosted(response: unknown): boolean {
  const { type, choices, output, object, candidates, content } = fieldsOf(response);
  if (type === 'message') return listOf(content).some(isHostedBlock);
  if (Array.isArray(candidates)) return candidates.some(isHostedCandidate);
  const isKnown = Array.isArray(choices) || (object === 'response' && Array.isArray(output));
  return isKnown && saysSearched(fieldsOf(response));
}
