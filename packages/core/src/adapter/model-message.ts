import {
  type Fields,
  fieldAt,
  fieldPath,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
} from '../key/index.ts';

/** A call of a tool that runs on the caller's side. */
export interface ToolCall {
  readonly name: unknown;
  /** The arguments: a record, or the text of one. */
  readonly input: unknown;
}

/** What a model said: one of the choices of an answer, or the whole of it. */
export interface ModelMessage {
  /** Texts, parts, pictures and sound, nested as they came. Undefined where the answer has no place for them. */
  readonly content: unknown;
  readonly calls: readonly ToolCall[];
  /** Why the model ended here, in the provider's word. */
  readonly reason?: unknown;
  /** The word of the provider behind a gateway, where the gateway passes it on. */
  readonly nativeReason?: unknown;
  /** What went wrong with this choice, under a reason that may mean a complete answer. */
  readonly error?: unknown;
}

const THOUGHT = /thinking|reasoning|^thought$/;

/** Steps on the provider's side, and sources: without a text beside them they say nothing. */
const STEP =
  /^(source|(web_search|file_search|code_interpreter|mcp)_call|mcp_list_tools|server_tool_use|.*_tool_result)$/;

/** Fields of a part that describe it. */
const ABOUT =
  /^(type|id|index|object|role|status|phase|name|detail|format|(mime|media)_?type|annotations|citations|logprobs|.*signature)$/i;

/** Some servers leave the thoughts of a model in its text. */
const INLINE_THOUGHT = /^\s*<(think|thinking|reasoning)>[\s\S]*?(<\/\1>|$)/;

/** Nothing but white space, control characters, and characters that are not shown (Unicode categories Z, Cc and Cf). */
const BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}]*$/u;

const isThought = (part: Fields) =>
  part.thought === true || 'reasoningContent' in part || THOUGHT.test(String(part.type));

/** Is there no text and nothing else in this content? White space, thoughts and empty parts say nothing. */
export function saysNothing(content: unknown): boolean {
  if (typeof content === 'string') return BLANK.test(content.replace(INLINE_THOUGHT, ''));
  if (Array.isArray(content)) return content.every(saysNothing);
  if (content instanceof Uint8Array) return content.length === 0;
  if (!isFields(content)) return true; // a number or a flag describes what stands beside it
  if (isThought(content) || STEP.test(String(content.type))) return true;
  return Object.entries(content).every(([name, value]) => ABOUT.test(name) || saysNothing(value));
}

/** The texts in a content, without thoughts. */
function textsIn(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content.replace(INLINE_THOUGHT, '')];
  if (Array.isArray(content)) return content.flatMap(textsIn);
  if (!isFields(content) || isThought(content)) return [];
  return [content.text, content.content].flatMap(textsIn);
}

/** The value that a text is JSON of, in a list of its own; an empty list where the text is no JSON. */
export function parsedJson(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

/** The JSON in a content: of all its texts together, or else of each; an empty list where there is none. */
export function jsonIn(content: unknown): readonly unknown[] {
  const texts = textsIn(content).filter((text) => !saysNothing(text));
  const whole = parsedJson(texts.join(''));
  if (whole.length > 0) return whole;
  const each = texts.flatMap(parsedJson);
  return each.length === texts.length ? each : [];
}

/** Where requests name the format of the answer, by provider. */
const FORMATS = [
  ...['response_format', 'responseFormat'], // OpenAI and APIs like it, Mistral, Cohere, the AI SDK
  'text.format', // OpenAI's Responses API
  ...['output_config.format', 'output_format', 'outputConfig.textFormat'], // Anthropic, Bedrock's Converse
  ...['generationConfig.responseMimeType', 'generation_config.response_mime_type'], // Google
  ...['generationConfig.responseSchema', 'generationConfig.responseJsonSchema'],
  ...['config.responseMimeType', 'config.responseSchema', 'config.responseJsonSchema'], // its SDK
  'format', // Ollama
  ...['guided_json', 'structured_outputs.json', 'json_schema'], // vLLM, llama.cpp
].map(fieldPath);

const SCHEMA_TYPE = /^(json(_\w+)?|object|array|string|number|integer|boolean|null)$/;

/** `json`, `application/json`, `{ type: 'json_schema' }`, or the JSON Schema itself. */
function isJsonFormat(format: unknown): boolean {
  if (typeof format === 'string') return /\bjson/.test(format) || /^\s*\{/.test(format);
  if (!isFields(format)) return false;
  const { type } = format;
  if (typeof type === 'string') return SCHEMA_TYPE.test(type.toLowerCase());
  return ['properties', 'anyOf', 'oneOf', '$ref', 'enum'].some((name) => name in format);
}

/** What a request says of the format of its answer, in each of these places. */
export function formatsIn(request: unknown): readonly unknown[] {
  const fields = fieldsOf(request);
  return FORMATS.map((path) => fieldAt(fields, path)).filter(isGiven);
}

/** Does the request ask for JSON, under any provider's name for that? */
export const wantsJson = (request: unknown): boolean => formatsIn(request).some(isJsonFormat);

/** Formats that nest a call: `tool_calls` of OpenAI and others like it, Google's parts, Converse's blocks. */
const NESTED_CALLS = ['function', 'functionCall', 'toolUse'] as const;

/** Blocks of Anthropic, parts of the AI SDK, items of the Responses API. */
const CALL = /^(tool_use|tool-call|function_call)$/;

/** A tool with a grammar of its own takes any text: there is nothing to parse. */
const isCustom = (call: Fields) => call.type === 'custom_tool_call' || isFields(call.custom);

function callOf(call: unknown): ToolCall {
  const fields = fieldsOf(call);
  if (isCustom(fields)) return { name: fieldsOf(fields.custom).name ?? fields.name, input: {} };
  const nested = NESTED_CALLS.map((name) => fields[name]).find(isFields) ?? fields;
  const { name, toolName, arguments: text, args, input, parameters } = nested;
  // A call in Google's or Converse's format has a record, and none where the tool takes no arguments.
  const none = 'functionCall' in fields || 'toolUse' in fields ? {} : undefined;
  return { name: name ?? toolName, input: text ?? args ?? input ?? parameters ?? none };
}

const isCall = (part: unknown) =>
  isFields(part) &&
  (CALL.test(String(part.type)) || isCustom(part) || isGiven(part.functionCall ?? part.toolUse));

/** A message of any provider: its parts, and the calls among them or beside them. */
export function messageOf(message: Fields, others: readonly unknown[] = []): ModelMessage {
  const { content, parts = content, tool_calls, toolCalls, function_call, functionCall } = message;
  const beside = [...listOf(tool_calls ?? toolCalls), function_call ?? functionCall].filter(
    isGiven,
  );
  const among = listOf(parts).filter(isCall);
  const rest = Array.isArray(parts) ? parts.filter((part) => !isCall(part)) : parts;
  const { audio, images, image, text } = message;
  return {
    content: [rest, audio, images, image, text, ...others],
    calls: [...among, ...beside].map(callOf),
  };
}

const NOTHING: ModelMessage = { content: undefined, calls: [] };

function choiceMessage(choice: unknown): ModelMessage {
  const fields = fieldsOf(choice);
  const { message = listOf(fields.messages).at(-1), content, text } = fields;
  const { finish_reason, finishReason = finish_reason, native_finish_reason } = fields;
  const isSaid = isGiven(message ?? content ?? text);
  const said = isSaid ? messageOf(fieldsOf(message ?? content), [text]) : NOTHING;
  return { ...said, reason: finishReason, nativeReason: native_finish_reason, error: fields.error };
}

/** The answer itself is the message: Anthropic, Cohere, Ollama, Converse, the AI SDK, the Responses API. */
function wholeMessage(response: Fields): ModelMessage | undefined {
  const { message, output, content, response: text, text: plain, finishReason } = response;
  const reasons = [finishReason, response.finish_reason, response.stop_reason];
  const reason = [...reasons, response.stopReason, response.done_reason].find(isGiven);
  // Without an end it is an object of the user's own.
  if (!isGiven(reason ?? response.done) && response.object !== 'response') return undefined;
  if (Array.isArray(output)) return { ...messageOf({ content: output }), reason };
  const nested = fieldsOf(output).message ?? message;
  if (isFields(nested)) return { ...messageOf(nested, [response.image]), reason };
  const texts = [text, plain].filter((value) => typeof value === 'string');
  const isSaid = texts.length > 0 || [content, response.image].some(isGiven);
  return isSaid ? { ...messageOf(response, texts), reason } : undefined;
}

/** What the model said in an answer of any known shape, choice by choice. Undefined for an answer of another kind. */
export function messagesIn(response: unknown): readonly ModelMessage[] | undefined {
  const fields = fieldsOf(response);
  const { choices, candidates, generations } = fields;
  const several = [choices, candidates, generations].find(Array.isArray);
  if (several !== undefined) return listOf(several).map(choiceMessage);
  const whole = wholeMessage(fields);
  return whole && [whole];
}
