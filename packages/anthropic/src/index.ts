/**
 * The client of the `@anthropic-ai/sdk` package, cached, and the adapter that describes its format.
 * Nothing here may look at a tool's result, or change what other middleware of the client does.
 * Start reading in `anthropic.ts`.
 */
export { anthropic } from './adapter.ts';
export { type CachedAnthropicOptions, cachedAnthropic } from './anthropic.ts';
