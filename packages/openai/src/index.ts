/**
 * The clients of the `openai` and `groq-sdk` packages, cached, and the adapters that describe their format.
 * Nothing here may depend on one of the providers that share this format alone, but for `groq.ts`.
 * Start reading in `openai.ts`.
 */
export { groq, openai } from './adapter.ts';
export { cachedGroq, type GroqClient } from './groq.ts';
export { type CachedOpenAIOptions, cachedOpenAI } from './openai.ts';
