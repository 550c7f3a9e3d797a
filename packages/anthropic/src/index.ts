export { anthropic, type CachedAnthropicOptions, cachedAnthropic } from './anthropic.ts';
