import { type Fields, fieldsOf, isFields, isGiven, listOf } from '../key/index.ts';
import type { Rejection } from '../options/index.ts';
import type { Adapter } from './adapter.ts';
import { hasRefusal, isToolReason, rejectFinish } from './finish-reason.ts';
import {
  formatsIn,
  jsonIn,
  type ModelMessage,
  messagesIn,
  parsedJson,
  saysNothing,
  type ToolCall,
  wantsJson,
} from './model-message.ts';

/** A schema may come as a text (Bedrock, vLLM). */
function schemaOf(value: unknown): Fields | undefined {
  const schema = typeof value === 'string' ? parsedJson(value)[0] : value;
  return isFields(schema) ? schema : undefined;
}

const SCHEMA_WORDS = ['properties', 'required', 'items'];

/** The schema in a format that a request names. Undefined where the provider does not promise to keep to it. */
function schemaIn(format: unknown): Fields | undefined {
  const fields = schemaOf(format);
  if (fields === undefined) return undefined;
  const { json_schema, jsonSchema = json_schema, structure } = fields;
  const spec = fieldsOf(jsonSchema ?? fieldsOf(structure).jsonSchema ?? fields);
  const { schema, schemaDefinition = spec.schema_definition } = spec;
  // OpenAI names each schema, and keeps to it where `strict` is true (`ResponseFormatJSONSchema` in openai, resources/shared.d.ts).
  if (isGiven(spec.name) && spec.strict !== true) return undefined;
  const isSchema = SCHEMA_WORDS.some((word) => word in fields);
  return schemaOf(schema ?? schemaDefinition) ?? (isSchema ? fields : undefined);
}

const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isFields,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** Has the value the type at the top of the schema, and the fields that are required there? Nothing else is checked. */
function fitsSchema(value: unknown, { type, nullable, required }: Fields): boolean {
  if (value === null && nullable === true) return true; // Google's
  const types = [type].flat().filter((each) => typeof each === 'string');
  const isOf = (each: string) => IS_OF_TYPE[each.toLowerCase()]?.(value) ?? true;
  const isOfType = types.length === 0 || types.some(isOf);
  const names = isFields(value) ? listOf(required) : [];
  return isOfType && names.every((name) => String(name) in Object(value));
}

/** What one provider's admission decides by itself. */
export interface ProviderAdmission {
  /** Why the response is an error, incomplete or empty. */
  rejectAnswer(response: Fields, request: unknown): Rejection | undefined;
  /** May a tool on the provider's side have gone into the answer? @default false */
  isHosted?(request: unknown, response: Fields): boolean;
}

/** The `rejects` of an adapter: why a response is not stored, or undefined where it may be. */
export const admission =
  ({ rejectAnswer, isHosted }: ProviderAdmission): Adapter['rejects'] =>
  (response, request) => {
    if (!isFields(response)) return 'incomplete';
    // Hosted tools come last: an option that admits them must not admit an answer that is truncated.
    const rejected = rejectAnswer(response, request);
    return rejected ?? (isHosted?.(request, response) === true ? 'hosted-tool' : undefined);
  };

/** Has the request a tool of which this is true? */
export function offersTool(request: unknown, isMeant: (tool: Fields) => boolean): boolean {
  return listOf(fieldsOf(request).tools).some((tool) => isFields(tool) && isMeant(tool));
}

/** The declarations of functions in a request: nested, in a list, or the tool itself. */
function declarationsIn(tool: unknown): readonly Fields[] {
  if (!isFields(tool)) return [];
  const { functionDeclarations, function_declarations = functionDeclarations } = tool;
  const nested = [tool.function, tool.toolSpec].filter(isFields);
  return [tool, ...nested, ...listOf(function_declarations).filter(isFields)];
}

/** Does the request declare a tool of this name, and arguments that it cannot be called without? */
function needsInput(name: string, request: unknown): boolean {
  const { tools, functions } = fieldsOf(request);
  const declared = [...listOf(tools), ...listOf(functions)].flatMap(declarationsIn);
  return declared.some(({ name: other, parameters, input_schema, inputSchema }) => {
    const schema = fieldsOf(parameters ?? input_schema ?? inputSchema);
    return other === name && listOf(fieldsOf(schema.json ?? schema).required).length > 0;
  });
}

/** Can the caller run this call? Its arguments are a record, or the text of one; Cohere writes no text for none. */
function isUsableCall({ name, input }: ToolCall, request: unknown): boolean {
  if (typeof name !== 'string' || saysNothing(name)) return false;
  if (typeof input === 'string' && !saysNothing(input)) return parsedJson(input).some(isFields);
  return isFields(input) || !needsInput(name, request);
}

/**
 * Why a message is not stored: it ended too early, its tool call cannot be run, it says nothing, or it is not the JSON that was
 * asked for. Undefined where it may be stored.
 */
export function rejectMessage(message: ModelMessage, request: unknown): Rejection | undefined {
  if (isGiven(message.error)) return 'error';
  return rejectFinish(message.reason, message.nativeReason) ?? rejectContent(message, request);
}

/** {@link rejectMessage} without the reason for which the message ended, for answers that say their end elsewhere. */
export function rejectContent(
  { content, calls, reason }: ModelMessage,
  request: unknown,
): Rejection | undefined {
  if (!calls.every((call) => isUsableCall(call, request))) return 'malformed';
  if (calls.length > 0) return undefined; // the text beside a call is no answer yet
  if (isToolReason(reason)) return 'malformed';
  if (saysNothing(content)) return 'empty';
  return isAsAsked(content, request) ? undefined : 'malformed';
}

/** Where JSON was asked for, is it JSON, and has it what the schema of the request requires at its top? */
function isAsAsked(content: unknown, request: unknown): boolean {
  if (!wantsJson(request)) return true;
  const values = jsonIn(content);
  const schemas = formatsIn(request).map(schemaIn).filter(isFields);
  const fits = (value: unknown) => schemas.every((schema) => fitsSchema(value, schema));
  return values.length > 0 && values.every(fits);
}

/** From the worst on: an option that admits a lesser one must not admit an answer that has a worse one as well. */
const BY_SEVERITY: readonly Rejection[] = [
  ...(['error', 'incomplete', 'refusal', 'filtered', 'malformed', 'empty'] as const),
  ...(['truncated', 'hosted-tool'] as const),
];

/** The worst of several rejections; undefined where there is none. */
export const worstOf = (rejections: readonly (Rejection | undefined)[]): Rejection | undefined =>
  BY_SEVERITY.find((rejection) => rejections.includes(rejection));

/** Why an answer with messages is not stored: by the worst of them, or `empty` where there is none. */
export function rejectMessages(response: Fields, request: unknown): Rejection | undefined {
  if (hasRefusal(response)) return 'refusal';
  const messages = messagesIn(response) ?? [];
  if (messages.length === 0) return 'empty';
  return worstOf(messages.map((message) => rejectMessage(message, request)));
}
