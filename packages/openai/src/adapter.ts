// @cached-llm/openai/adapter: describes OpenAI, Groq and every API in their format to whoever sends requests without its SDK, such as a proxy.
// Nothing here may import an SDK, because none need be installed.

export { groq } from './groq-adapter.ts';
export { openai } from './openai-adapter.ts';
