import { LlmCacheError } from '@cached-llm/core';
import { type Adapter, type Fields, fieldsOf, isGiven } from '@cached-llm/core/adapter';

/** The end of a path of one's own that generates or embeds, such as `'/v1/generate'`, or an expression for such paths. */
export type Endpoint = string | RegExp;

/**
 * The paths that are known to generate or to embed. Without an adapter no other path is cached: a POST of JSON may as
 * well make a token, a file, a batch or a conversation. Counts of tokens are asked for with an adapter.
 */
const KNOWN: readonly RegExp[] = [
  // OpenAI and every API in its format: platform.openai.com/docs/api-reference
  /\/(chat\/completions|completions|responses|embeddings)$/,
  // Anthropic, also on Vertex AI: docs.anthropic.com/en/api/messages, cloud.google.com/vertex-ai (rawPredict)
  /\/v1\/messages$/,
  /\/publishers\/[^/]+\/models\/[^/:]+:(rawPredict|streamRawPredict)$/,
  // Gemini, and its embeddings on Vertex AI: ai.google.dev/api/generate-content, ai.google.dev/api/embeddings
  /\/models\/[^/:]+:(generateContent|streamGenerateContent|embedContent|batchEmbedContents)$/,
  /\/models\/[^/:]*embedding[^/:]*:predict$/,
  // Bedrock: docs.aws.amazon.com/bedrock/latest/APIReference (Converse, InvokeModel)
  /\/model\/[^/]+\/(converse|converse-stream|invoke|invoke-with-response-stream)$/,
  // Cohere, Jina and Voyage: docs.cohere.com/reference, api.jina.ai/redoc, docs.voyageai.com/reference
  /\/v[12]\/(chat|generate|embed|rerank|multimodalembeddings)$/,
  // Mistral: docs.mistral.ai/api (its chat is in OpenAI's format)
  /\/fim\/completions$/,
  // Ollama: github.com/ollama/ollama/blob/main/docs/api.md
  /\/api\/(chat|generate|embed|embeddings)$/,
  // Text Generation Inference and Text Embeddings Inference, which have them at their root: https://huggingface.github.io
  /^\/(generate|generate_stream|embed|rerank)$/,
  // llama.cpp, likewise: github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
  /^\/(completion|embedding)$/,
  // watsonx: cloud.ibm.com/apidocs/watsonx-ai
  /\/ml\/v1\/text\/(generation|generation_stream|chat|chat_stream|embeddings|rerank)$/,
];

/**
 * Checks the endpoints that a user adds.
 *
 * @throws {LlmCacheError} `INVALID_OPTION`
 */
export function checkEndpoints(endpoints: unknown): void {
  if (endpoints === undefined) return;
  const isEndpoint = (each: unknown) =>
    each instanceof RegExp || (typeof each === 'string' && /^\/./.test(each));
  if (Array.isArray(endpoints) && endpoints.every(isEndpoint)) return;
  const remedy = "Write the ends of paths, such as ['/v1/generate'], or regular expressions.";
  throw new LlmCacheError('INVALID_OPTION', `endpoints is no list of paths. ${remedy}`);
}

const isAt = (path: string, endpoint: Endpoint) =>
  typeof endpoint === 'string' ? path.endsWith(endpoint) : path.search(endpoint) >= 0;

/** Is this one of the paths that the user names? */
export const isNamed = (path: string, endpoints: readonly Endpoint[] = []) =>
  endpoints.some((endpoint) => isAt(path, endpoint));

/** May answers of this path be stored? */
export function isAnswering(
  path: string,
  adapter: Adapter | undefined,
  endpoints?: readonly Endpoint[],
): boolean {
  if (isNamed(path, endpoints)) return true;
  if (adapter === undefined) return KNOWN.some((known) => known.test(path));
  return adapter.answers?.(path) !== false;
}

/** Fields under which some API names what it stores between calls: a conversation, an agent, a sandbox, a job. */
const STATEFUL = [
  ...['conversation', 'previous_response_id'], // platform.openai.com/docs/guides/conversation-state
  ...['previousResponseId', 'parent_message_id', 'parentMessageId'], // of servers that continue from a message
  ...['thread', 'thread_id', 'threadId', 'assistant_id'], // docs.anthropic.com, platform.openai.com (assistants)
  ...['conversation_id', 'conversationId', 'agent_id', 'agentId'], // docs.mistral.ai/api, docs.cohere.com (v1)
  ...['previous_interaction_id', 'previousInteractionId', 'continuationToken'], // ai.google.dev/api
  ...['session_id', 'sessionId', 'chat_id', 'chatId'], // of servers that store the conversation themselves
] as const;

/**
 * Does the answer depend on what a server stores, or does it not come with this call? An adapter knows its provider
 * alone, and a server that has the same API may store conversations.
 */
export function isStatefulAnywhere(request: Fields): boolean {
  const { background, container, diagnostics, memory, prompt } = request;
  const sandbox = typeof container === 'string' ? container : fieldsOf(container).id;
  const previous = fieldsOf(diagnostics).previous_message_id; // docs.anthropic.com, with `container`
  const named = STATEFUL.some((name) => isGiven(request[name]));
  const { thread } = fieldsOf(memory); // mastra.ai/docs/memory
  const { id, version } = fieldsOf(prompt); // of a prompt that OpenAI stores, whose current version is meant
  const isChanging = isGiven(id) && !isGiven(version);
  return named || background === true || isChanging || [sandbox, previous, thread].some(isGiven);
}
