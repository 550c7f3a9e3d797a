import { type Fields, fieldsOf, isFields, isGiven, listOf } from '@cached-llm/core';

/** Of a provider's own options, those that no answer depends on. */
const NEUTRAL_OPTIONS = [
  'user', // attribution: the model never sees it
  'safetyIdentifier', // likewise
  'metadata', // for the account's own lists
  'promptCacheKey', // routing to a warm prompt cache: price and latency only
  'promptCacheRetention', // likewise
  'promptCacheOptions', // likewise
  'serviceTier', // the same model behind another queue
] as const;

/** What the answer does not depend on. All else of the parameters is in the key. */
export const ignore = [
  'abortSignal', // whether it is waited for, not what it says
  ...['openai', 'azure'].flatMap((provider) =>
    NEUTRAL_OPTIONS.map((option) => `providerOptions.${provider}.${option}`),
  ),
  'providerOptions.anthropic.metadata', // attribution
] as const;

/** Options by which a provider is told to go on from what it keeps. */
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

/** The answer hangs on what a provider keeps between calls, or does not come with this one. */
export function isStateful(params: Fields): boolean {
  return optionsOf(params).some(
    (options) => options.background === true || STATE.some((name) => isGiven(options[name])),
  );
}

/** Provider tools that this side runs; what any other finds depends on time or on state elsewhere. */
const OWN_TOOL =
  /\.(custom|local_shell|apply_patch|computer|(bash|computer|text_editor|memory)_\d{8})$/;

export function offersHostedTool(params: unknown): boolean {
  const request = fieldsOf(params);
  const isHosted = (tool: unknown) =>
    isFields(tool) && tool.type === 'provider' && !OWN_TOOL.test(String(tool.id));
  return (
    listOf(request.tools).some(isHosted) ||
    optionsOf(request).some(({ mcpServers }) => isGiven(mcpServers))
  );
}
