import type { CallIdentity } from '@cached-llm/core';
import {
  type Adapter,
  type Bypass,
  type Fields,
  fieldsOf,
  identify,
  isFields,
  isGiven,
  listOf,
  type Policy,
  type ReadControl,
} from '@cached-llm/core/adapter';
import { accountOf } from './account-ids.ts';
import type { Model } from './model-parts.ts';
import { headersInKey, type ModelSettings } from './model-settings.ts';

/** What the answer does not depend on, wherever it is asked for. All other parameters are in the key. */
export const ignore = [
  'abortSignal', // says how long the caller waits, not what the answer is
  // When Mastra got each message, for its memory: mastra-ai/mastra packages/core/src/agent/message-list.
  ...['prompt.*.providerOptions', 'prompt.*.content.*.providerOptions'].map(
    (options) => `${options}.mastra.createdAt`,
  ),
] as const;

const OPENAI_OPTIONS = [
  'user', // attribution: the model never sees it
  'safetyIdentifier', // likewise
  'metadata', // for the lists of the account
  'promptCacheKey', // routing to a warm prompt cache: price and latency only
  'promptCacheRetention', // likewise
  'promptCacheOptions', // likewise
  'serviceTier', // the same model behind another queue
] as const;

/** What it does not depend on at the hosts of OpenAI and Anthropic, and of the clouds that serve them. A gateway may route by it. */
export const atOwnHosts = {
  hosts:
    /^(?:[a-z]{2}\.)?api\.openai\.com$|^api\.anthropic\.com$|\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$|aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$|^bedrock-runtime\..*\.amazonaws\.com$/,
  ignore: [
    ...['openai', 'azure'].flatMap((provider) =>
      OPENAI_OPTIONS.map((option) => `providerOptions.${provider}.${option}`),
    ),
    'providerOptions.anthropic.metadata', // attribution
  ],
};

const UNKNOWN_URL = new URL('unknown:');

/** Where a model sends its requests, as the user or else the model says it. One that is not at the provider's own hosts decides. */
function urlOf({ others }: ModelSettings, said: Fields | undefined): URL {
  const endpoints = said === undefined ? others.endpoint : [said.baseURL];
  const urls = endpoints.map(String).map((url) => (URL.canParse(url) ? new URL(url) : UNKNOWN_URL));
  return urls.find(({ hostname }) => !atOwnHosts.hosts.test(hostname)) ?? urls[0] ?? UNKNOWN_URL;
}

/** Options that make a provider continue from a state of its own. */
const STATE = [
  'previousResponseId',
  'previousInteractionId',
  'conversation',
  'container',
  'cachedContent',
] as const;

function optionsOf({ providerOptions }: Fields): readonly Fields[] {
  return Object.values(fieldsOf(providerOptions)).filter(isFields);
}

/** Does the answer depend on what a provider stores between calls, or does it arrive later than this call ends? */
export function isStateful(params: Fields): boolean {
  // A draft of a guardrail, at Bedrock: its authors change it.
  const isDraft = ({ guardrailConfig }: Fields) =>
    fieldsOf(guardrailConfig).guardrailVersion === 'DRAFT';
  return optionsOf(params).some(
    (options) =>
      options.background === true ||
      isDraft(options) ||
      STATE.some((name) => isGiven(options[name])),
  );
}

/** Provider tools that run on the caller's side. What any other tool finds depends on time or on state elsewhere. */
const LOCAL_TOOL =
  /\.(custom|local_shell|apply_patch|computer|(bash|computer|text_editor|memory)_\d{8})$/;

/** May the provider run a tool on its own side for this request? */
export function offersHostedTool(params: unknown): boolean {
  const request = fieldsOf(params);
  const isHosted = (tool: unknown) =>
    isFields(tool) && tool.type === 'provider' && !LOCAL_TOOL.test(String(tool.id));
  return (
    listOf(request.tools).some(isHosted) ||
    optionsOf(request).some(({ mcpServers }) => isGiven(mcpServers))
  );
}

/** One call of a model, as far as its identity is concerned. */
export interface ModelRequest {
  readonly model: Model;
  /** What the model says of itself. Undefined where it cannot, as without a region. */
  readonly settings: ModelSettings | undefined;
  readonly operation: 'language-model' | 'embedding-model';
  readonly streamed?: true;
  /** What the call itself says to the cache. It is not in its parameters any more. */
  readonly control?: ReadControl | undefined;
  readonly params: Fields & { readonly abortSignal?: AbortSignal };
}

/** `{ openai: {} }` and no options at all are one request: what is ignored must leave no empty object behind. */
function withoutEmpty(options: unknown): Fields | undefined {
  if (!isFields(options)) return undefined;
  const isSet = (value: unknown) =>
    isFields(value) ? Object.values(value).some((each) => each !== undefined) : value !== undefined;
  const set = Object.entries(options).filter(([, value]) => isSet(value));
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

interface KeyRules {
  readonly adapter: Adapter;
  readonly policy: Policy;
  /** What the user says of the model. */
  readonly said: Fields | undefined;
  /** The answer carries ids that only callers of one account can use. */
  readonly isForOneAccount: boolean;
}

/** The headers of the provider and of the call, with what names the account where the answer is for its callers alone. */
function headersOf(known: ModelSettings, given: unknown, isForOneAccount: boolean) {
  const headers = { ...known.headers, ...headersInKey(given) };
  if (!isForOneAccount) return headers;
  return { ...headers, ...accountOf(known.others.endpoint, known.given, given) };
}

function readIdentity(asked: ModelRequest, rules: KeyRules): CallIdentity | Bypass {
  const { adapter, policy, said, isForOneAccount } = rules;
  const { model, settings: known, operation, streamed, params, control } = asked;
  const { provider, modelId, specificationVersion } = model;
  if (control !== undefined && 'field' in control)
    return { bypass: 'control', provider, ...control };
  if (params.includeRawChunks === true) return { bypass: 'not-shareable', provider };
  if (isStateful(params)) return { bypass: 'stateful', provider };
  if (known === undefined) return { bypass: 'unreadable', provider };
  const { headers, includeRawChunks: _none, ...request } = params;
  const call = {
    provider,
    operation: `${operation} ${specificationVersion}`, // each version has its own form of answers
    model: modelId,
    url: urlOf(known, said),
    streamed,
    headers: headersOf(known, headers, isForOneAccount),
    further: [{ ...known.others, said }],
    request,
    adapter,
  };
  const identity = identify(call, policy);
  const normalised = fieldsOf(identity.request);
  const providerOptions = withoutEmpty(normalised.providerOptions);
  return { ...identity, request: { ...normalised, providerOptions } };
}

/** Provider, model, endpoint, headers and parameters are in the key of a call. */
export function identityOf(asked: ModelRequest, rules: KeyRules): CallIdentity | Bypass {
  try {
    return readIdentity(asked, rules);
  } catch {
    // A getter of the parameters threw.
    return { bypass: 'unreadable', provider: asked.model.provider };
  }
}
