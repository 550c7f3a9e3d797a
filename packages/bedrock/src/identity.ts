import { types } from 'node:util';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { type Fields, fieldsOf, isFields } from '@cached-llm/core';

/** What the answer does not depend on. All else of a request is in its key. */
export const ignore = [
  'requestMetadata', // for the account's own invocation logs
  'serviceTier', // the same model behind another queue; a replayed answer names the tier it was made in
  'body.metadata.user_id', // Anthropic's models: attribution
  'additionalModelRequestFields.metadata.user_id', // likewise
] as const;

/** Operations that generate. Guardrails, token counts, asynchronous and two-way calls pass by. */
export function answers(path: string): boolean {
  return /\/model\/[^/]+\/(converse(-stream)?|invoke(-with-response-stream)?)$/.test(path);
}

/** The text that goes over the wire; nothing for bytes that are no UTF-8: two such could have one text. */
function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return types.isUint8Array(body) ? decoder.decode(body) : undefined;
  } catch {
    return undefined;
  }
}

/** A body as the JSON it holds; nothing where it holds none. */
export function jsonIn(body: unknown): unknown {
  try {
    return JSON.parse(textOf(body) ?? '');
  } catch {
    return undefined;
  }
}

/** A request of InvokeModel with its body read, so that neither spaces nor the order of keys matter. */
export function withBodyRead(request: Fields): Fields {
  const body = jsonIn(request.body);
  // Digits that JSON.parse would round: a seed of 20 is not its neighbour.
  const isRounded = /\d{16}/.test(textOf(request.body) ?? '');
  return isFields(body) && !isRounded ? { ...request, body } : request;
}

/** Where a client sends its requests: models of one name in two regions are two. */
export async function placeOf(config: BedrockRuntimeClient['config']): Promise<string> {
  const { endpoint = config.serviceConfiguredEndpoint } = config;
  const place = await Promise.all([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
    endpoint?.(),
  ]);
  return JSON.stringify(place);
}

function copyOf(value: unknown): unknown {
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}

/**
 * The request as it is now: it is sent after a look-up, and its giver may change it at once. Nothing where
 * it cannot be copied: it holds itself, or a getter of it throws.
 */
export function snapshotOf<Request extends object>(request: Request): Request | undefined {
  try {
    return copyOf(request) as Request; // field by field
  } catch {
    return undefined;
  }
}

/** Anthropic's tools that run at the provider. Its other typed tools are run by the caller. */
const HOSTED = /^(web_search|web_fetch|code_execution|mcp)/;

function isHosted(tool: unknown): boolean {
  const { systemTool, type } = fieldsOf(tool);
  return systemTool !== undefined || HOSTED.test(String(type));
}

/** Grounding and code interpreters, which run at the provider. */
export function usesHostedTool(request: unknown): boolean {
  const { toolConfig, additionalModelRequestFields: more, body } = fieldsOf(request);
  const places = [fieldsOf(toolConfig), fieldsOf(more)];
  const inside = fieldsOf(isFields(body) ? body : jsonIn(body));
  const tools = [...places, inside, fieldsOf(inside.toolConfig)].map((place) => place.tools);
  return tools.flat().some(isHosted) || inside.mcp_servers !== undefined;
}
