export { cachedGroq, type GroqClient, groq } from './groq.ts';
export { type CachedOpenAIOptions, cachedOpenAI, openai } from './openai.ts';
