// A function or a method of the user becomes a call of the pipeline here: its arguments are copied, and its identity is taken.
// It never decides whether an answer is served or stored, and it never uses a store.
// Start at cached-llm-call.ts, then read function-call.ts.
export { CachedLLM, type MethodOptions } from './cached-llm.ts';
export { cachedLlmCall } from './cached-llm-call.ts';
export type { FunctionOptions } from './function-options.ts';
export { trials } from './trials.ts';
export type { CachedLlmCall, CachedResponse, CallControls, WithInfo } from './typed-overloads.ts';
