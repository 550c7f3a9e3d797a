import { type Fields, finishReasons, isFields, listOf } from '@cached-llm/core/adapter';
import type { Entry } from '@cached-llm/core/store';
import { payloadParts } from '@cached-llm/testing/fixtures';

/** What an answer is made of, without its texts. */
export interface AnswerShape {
  /** The kinds of value at each path: `choices[].message.content` → `string`. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  /** Each finish reason once. */
  readonly finishReasons: ReadonlySet<string>;
  /** The names of the tools that the model calls, each once. */
  readonly tools: ReadonlySet<string>;
}

const NO_HEADERS: ReadonlySet<string> = new Set();

/** A line of a stream: `data: {…}` of server-sent events, or a line of JSON. What is no JSON has no shape. */
function valueOfLine(line: string): unknown {
  try {
    return JSON.parse(line.replace(/^data: ?/, ''));
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function valuesOfChunk(chunk: unknown): readonly unknown[] {
  return isText(chunk) ? chunk.split(/[\r\n]+/).map(valueOfLine) : [chunk];
}

/** The answer, or the chunks of a stream, as values. */
function valuesIn({ header, payload }: Entry): readonly unknown[] {
  const { kind } = header;
  const parts = payloadParts(payload, { kind, isPaced: false, headers: NO_HEADERS });
  const { answer, text, chunks = [answer ?? text] } = parts;
  return chunks.flatMap(valuesOfChunk).filter((value) => typeof value === 'object');
}

/** What a model puts into these is its own, and differs from call to call: the arguments of a tool. */
const ARGUMENTS = /^(input|args|arguments)$/;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value;
}

type Kinds = Map<string, Set<string>>;

function collectFields(value: unknown, path: string, found: Kinds): void {
  const kinds = found.get(path) ?? new Set();
  found.set(path, kinds.add(kindOf(value)));
  if (Array.isArray(value)) for (const item of value) collectFields(item, `${path}[]`, found);
  if (!isFields(value) || ARGUMENTS.test(path.split('.').at(-1) ?? '')) return;
  for (const [name, field] of Object.entries(value)) {
    collectFields(field, path === '' ? name : `${path}.${name}`, found);
  }
}

/** The events of a stream have a type each, and their fields are their own. */
function startOf(value: unknown): string {
  return isFields(value) && isText(value.type) ? `${value.type}:` : '';
}

const CALL_TYPES = /^(function_call|tool_use|custom_tool_call|server_tool_use)$/;

/** The tools that this object calls, as OpenAI, Anthropic, Google, Bedrock, Mistral, Cohere and Ollama write it. */
function namedTools(value: Fields): readonly unknown[] {
  const { tool_calls: calls, toolCalls = calls, functionCall, toolUse, type, name } = value;
  const functions = listOf(toolCalls).filter(isFields);
  const named = [...functions.map((call) => call.function), functionCall, toolUse];
  const own = isText(type) && CALL_TYPES.test(type) ? [name] : [];
  return [...named.filter(isFields).map((each) => each.name), ...own];
}

function collectTools(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectTools(item, found);
  if (!isFields(value)) return;
  for (const name of namedTools(value)) if (isText(name) && name !== '') found.add(name);
  for (const field of Object.values(value)) collectTools(field, found);
}

/** The shape of a stored answer. That of a stream is the shape of all its chunks together. */
export function shapeOf(entry: Entry): AnswerShape {
  const [fields, tools] = [new Map<string, Set<string>>(), new Set<string>()];
  const values = valuesIn(entry);
  for (const value of values) {
    collectFields(value, startOf(value), fields);
    collectTools(value, tools);
  }
  return { fields, finishReasons: new Set(values.flatMap(finishReasons).filter(isText)), tools };
}
