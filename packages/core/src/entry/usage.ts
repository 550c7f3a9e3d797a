import { type Fields, fieldsOf, isFields, isGiven, listOf, numberOf } from '../key/index.ts';

/** What the provider counted for one answer. A field that the provider does not report is missing. */
export interface Usage {
  /** Tokens of the request. Those of the provider's own prompt cache are counted, too. */
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Of the input tokens, those that the provider read from its own prompt cache. They have another price. */
  readonly cacheReadTokens?: number | undefined;
  /** Of the input tokens, those that the provider wrote to its own prompt cache. They have another price. */
  readonly cacheWriteTokens?: number | undefined;
  /** In US dollars, where the provider reports it (OpenRouter's `usage.cost`). With own keys, what they pay for is in it. */
  readonly cost?: number | undefined;
  /** What else has a price of its own, by its name in `@pydantic/genai-prices`: `input_audio_tokens`, `cache_write_1h_tokens`. */
  readonly details?: Readonly<Record<string, number>> | undefined;
  /**
   * `flex`, `priority`, `batch` or another word of the provider, where the answer says that it was not the usual service, which
   * has another price. Several words are several services at once, such as `batch us`.
   */
  readonly serviceTier?: string | undefined;
}

const sumOf = (...counts: readonly unknown[]): number | undefined => {
  const known = counts.map(numberOf).filter(isGiven);
  return known.length === 0
    ? undefined
    : known.reduce<number>((sum, count) => sum + (count ?? 0), 0);
};

/** Without what is missing or 0. */
function detailsOf(counts: readonly (readonly [string, unknown])[]): Usage['details'] {
  const details: Record<string, number> = {};
  for (const [name, count] of counts) {
    const known = numberOf(count) ?? 0;
    if (known > 0) details[name] = (details[name] ?? 0) + known;
  }
  return Object.keys(details).length > 0 ? details : undefined;
}

const USUAL_SERVICE = /^(default|standard|auto|on_demand|traffic_type_unspecified)$/;

/** The field in which a provider says it. */
function serviceTierOf(...said: readonly unknown[]): string | undefined {
  const tier = said.find((each) => typeof each === 'string')?.toLowerCase();
  return tier === undefined || USUAL_SERVICE.test(tier)
    ? undefined
    : tier.replace(/^on_demand_/, '');
}

const MODALITIES: ReadonlySet<string> = new Set(['text', 'audio', 'image', 'video']);

function modalities(list: unknown, nameOf: (kind: string) => string) {
  return listOf(list).map((each) => {
    const { modality, tokenCount } = fieldsOf(each);
    const kind = String(modality).toLowerCase().replace('document', 'image');
    return [nameOf(kind), MODALITIES.has(kind) ? tokenCount : 0] as const;
  });
}

/** Thoughts are paid for as output. */
function geminiUsage(usage: Fields): Usage {
  const { promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount } = usage;
  const { thoughtsTokenCount, cachedContentTokenCount, trafficType, serviceTier } = usage;
  return {
    inputTokens: sumOf(promptTokenCount, toolUsePromptTokenCount),
    outputTokens: sumOf(candidatesTokenCount ?? usage.responseTokenCount, thoughtsTokenCount),
    cacheReadTokens: numberOf(cachedContentTokenCount),
    details: detailsOf([
      ...modalities(usage.promptTokensDetails, (kind) => `input_${kind}_tokens`),
      ...modalities(usage.candidatesTokensDetails, (kind) => `output_${kind}_tokens`),
      ...modalities(usage.cacheTokensDetails, (kind) => `cache_${kind}_read_tokens`),
    ]),
    serviceTier: serviceTierOf(serviceTier, trafficType),
  };
}

const PLACES_OF_CHOICE = /^(?!global$|not_available$)\w+$/;

/** What is read from or written to Claude's prompt cache is not in its `input_tokens`. */
function claudeUsage(usage: Fields): Usage {
  const read = numberOf(usage.cache_read_input_tokens);
  const written = numberOf(usage.cache_creation_input_tokens);
  const { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: long } = fieldsOf(
    usage.cache_creation,
  );
  return {
    inputTokens: sumOf(usage.input_tokens, read, written),
    outputTokens: numberOf(usage.output_tokens),
    cacheReadTokens: read,
    cacheWriteTokens: written,
    details: detailsOf([
      ['cache_write_5m_tokens', short],
      ['cache_write_1h_tokens', long],
      ['web_searches', fieldsOf(usage.server_tool_use).web_search_requests],
    ]),
    serviceTier: claudeService(usage),
  };
}

/** Claude is dearer where it runs in one country only, and where it is fast. */
function claudeService({ service_tier, inference_geo: place, speed }: Fields): string | undefined {
  const services = [
    serviceTierOf(service_tier),
    typeof place === 'string' && PLACES_OF_CHOICE.test(place) ? place : undefined,
    speed === 'fast' ? speed : undefined,
  ].filter(isGiven);
  return services.length > 0 ? services.join(' ') : undefined;
}

/** xAI says what an answer cost in these parts of a dollar. */
const TICKS = 1e10;

/** OpenRouter's `cost`, with the part of the model's provider, which is paid for by another key; Perplexity's total; xAI's ticks. */
function costOf(usage: Fields): number | undefined {
  const { cost, is_byok: isOwnKey, cost_details: parts, cost_in_usd_ticks: ticks } = usage;
  if (isFields(cost)) return numberOf(cost.total_cost);
  if (typeof ticks === 'number') return ticks / TICKS;
  const upstream = isOwnKey === true ? fieldsOf(parts).upstream_inference_cost : undefined;
  return numberOf(cost) === undefined ? undefined : sumOf(cost, upstream);
}

const firstOf = (counts: Fields, names: readonly string[]) =>
  names.map((name) => counts[name]).find(isGiven);

const INPUT = ['prompt_tokens', 'input_tokens', 'promptTokens', 'inputTokens'] as const;
const OUTPUT = ['completion_tokens', 'output_tokens', 'completionTokens', 'outputTokens'] as const;

/** Where vectors or rankings are all that is answered, some say the total alone. */
const inputOf = (usage: Fields) =>
  numberOf(
    firstOf(usage, INPUT) ??
      (firstOf(usage, OUTPUT) === undefined ? usage.total_tokens : undefined),
  );

/** Perplexity counts thoughts and citations beside the completion, and so does xAI, whose total says so. */
function openAIOutput(usage: Fields, { reasoning_tokens: thoughts }: Fields): number | undefined {
  const output = firstOf(usage, OUTPUT);
  const isApart = sumOf(firstOf(usage, INPUT), output, thoughts) === usage.total_tokens;
  const apart = isApart && isGiven(thoughts) ? thoughts : usage.reasoning_tokens;
  return sumOf(output, apart, usage.citation_tokens);
}

/**
 * The searches of the Responses API, which are billed one by one. To open a page or to look for a text in it is no search
 * (`ResponseFunctionWebSearch` in openai/openai-node src/resources/responses/responses.ts).
 */
function searchesIn(output: unknown): number | undefined {
  if (!Array.isArray(output)) return undefined;
  const isSearch = (item: unknown) => {
    const { type, action } = fieldsOf(item);
    return type === 'web_search_call' && (fieldsOf(action).type ?? 'search') === 'search';
  };
  return output.filter(isSearch).length;
}

function openAIUsage(usage: Fields, { service_tier: serviceTier, output }: Fields): Usage {
  const asked = fieldsOf(usage.prompt_tokens_details ?? usage.input_tokens_details);
  const said = fieldsOf(usage.completion_tokens_details ?? usage.output_tokens_details);
  return {
    inputTokens: inputOf(usage),
    outputTokens: openAIOutput(usage, said),
    cacheReadTokens: numberOf(asked.cached_tokens ?? usage.cached_tokens),
    cacheWriteTokens: numberOf(asked.cache_write_tokens),
    cost: costOf(usage),
    details: detailsOf([
      ['input_audio_tokens', asked.audio_tokens],
      ['input_image_tokens', asked.image_tokens],
      ['output_audio_tokens', said.audio_tokens],
      ['output_image_tokens', said.image_tokens],
      ['output_citation_tokens', usage.citation_tokens],
      ['output_reasoning_tokens', said.reasoning_tokens ?? usage.reasoning_tokens],
      ['web_searches', usage.num_search_queries ?? searchesIn(output)],
    ]),
    serviceTier: serviceTierOf(serviceTier, usage.service_tier),
  };
}

/** What a response says of its usage, in the form of OpenAI and all APIs like it, of Claude or of Gemini. */
export function usageIn(response: unknown): Usage | undefined {
  const { usage, usageMetadata } = fieldsOf(response);
  if (isFields(usageMetadata)) return geminiUsage(usageMetadata);
  if (!isFields(usage)) return undefined;
  const isClaude = 'cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage;
  return isClaude ? claudeUsage(usage) : openAIUsage(usage, fieldsOf(response));
}
