import { types } from 'node:util';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { CallIdentity } from '@cached-llm/core';
import {
  type Adapter,
  type Bypass,
  type Fields,
  fieldsOf,
  hasLongInteger,
  identify,
  isFields,
  type Policy,
  type ReadControl,
} from '@cached-llm/core/adapter';

/** What the answer does not depend on. All other fields of a request are in its key. */
export const ignore = [
  'requestMetadata', // for the invocation logs of the account
  'serviceTier', // the same model behind another queue; a stored answer names the tier of the first call
  'body.metadata.user_id', // Anthropic's models: attribution
  'additionalModelRequestFields.metadata.user_id', // likewise
] as const;

/** Operations that generate. Guardrails, token counts, asynchronous and two-way calls bypass the cache. */
export function answers(path: string): boolean {
  return /\/model\/[^/]+\/(converse(-stream)?|invoke(-with-response-stream)?)$/.test(path);
}

/** A prompt of Prompt management without a version (docs.aws.amazon.com/bedrock/latest/userguide/prompt-management-version-create.html). */
const DRAFT_PROMPT = /:prompt\/[0-9A-Za-z]{10}(?::DRAFT)?$/;

/**
 * Does the answer depend on a draft, which its authors change? A version never changes (likewise, and
 * docs.aws.amazon.com/bedrock/latest/userguide/guardrails-versions-create.html).
 */
export function isStateful({ modelId, guardrailVersion, guardrailConfig }: Fields): boolean {
  const guardrails = [guardrailVersion, fieldsOf(guardrailConfig).guardrailVersion];
  return DRAFT_PROMPT.test(String(modelId)) || guardrails.includes('DRAFT');
}

/** The text that is sent; nothing for bytes that are no UTF-8, because two of them could have the same text. */
function textOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    return types.isUint8Array(body) ? decoder.decode(body) : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON of a body; nothing where it is no JSON. */
export function jsonIn(body: unknown): unknown {
  try {
    return JSON.parse(textOf(body) ?? '');
  } catch {
    return undefined;
  }
}

/** An InvokeModel request with its body read, so that neither spaces nor the order of keys matter. */
export function withBodyRead(request: Fields): Fields {
  const body = jsonIn(request.body);
  // JSON.parse rounds a long number, and a seed of 20 digits would share a key with its neighbour.
  const isExact = isFields(body) && !hasLongInteger(textOf(request.body) ?? '', body);
  return isExact ? { ...request, body } : request;
}

/** Where a client sends its requests: a model's name means two models in two regions. */
export async function endpointOf(config: BedrockRuntimeClient['config']): Promise<string> {
  const { endpoint = config.serviceConfiguredEndpoint } = config;
  const parts = await Promise.all([
    config.region(),
    config.useFipsEndpoint(),
    config.useDualstackEndpoint(),
    endpoint?.(),
  ]);
  return JSON.stringify(parts);
}

function copyOf(value: unknown): unknown {
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}

/**
 * The request as it is now: it is sent after a look-up, and meanwhile its caller may change it. Nothing where
 * it cannot be copied, because it contains itself or a getter of it throws.
 */
export function snapshotOf<Request extends object>(request: Request): Request | undefined {
  try {
    return copyOf(request) as Request; // field by field
  } catch {
    return undefined;
  }
}

/** Anthropic's tools that run at the provider. The caller runs its other typed tools. */
const HOSTED = /^(web_search|web_fetch|code_execution|mcp)/;

function isHosted(tool: unknown): boolean {
  const { systemTool, type } = fieldsOf(tool);
  return systemTool !== undefined || HOSTED.test(String(type));
}

/** Does the request offer grounding, a code interpreter or another tool that runs at the provider? */
export function usesHostedTool(request: unknown): boolean {
  const { toolConfig, additionalModelRequestFields: more, body } = fieldsOf(request);
  const places = [fieldsOf(toolConfig), fieldsOf(more)];
  const inside = fieldsOf(isFields(body) ? body : jsonIn(body));
  const tools = [...places, inside, fieldsOf(inside.toolConfig)].map((place) => place.tools);
  return tools.flat().some(isHosted) || inside.mcp_servers !== undefined;
}

type Asked = Pick<CallIdentity, 'operation' | 'streamed'> & {
  readonly adapter: Adapter;
  readonly request: object;
  readonly control: ReadControl | undefined;
};

/** Operation, region, endpoint and the whole request are in the key of a command. */
export function identityOf({ control, ...asked }: Asked, policy: Policy): CallIdentity | Bypass {
  const { provider } = asked.adapter;
  if (control !== undefined && 'field' in control) {
    return { bypass: 'control', provider, ...control };
  }
  if (isFields(asked.request) && isStateful(asked.request)) return { bypass: 'stateful', provider };
  const request = isFields(asked.request) ? withBodyRead(asked.request) : asked.request;
  return identify({ ...asked, provider, request }, policy);
}
