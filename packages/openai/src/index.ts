/**
 * The clients of the `openai` and `groq-sdk` packages, cached, and the adapters that describe their format.
 * Nothing here may depend on one of the providers that share this format alone, but for `groq.ts`.
 * Start reading in `openai.ts`.
 */
export { cachedGroq, type GroqClient, groq } from './groq.ts';
export { type CachedOpenAIOptions, cachedOpenAI, openai } from './openai.ts';
