// A function or a method of the user becomes a call of the pipeline: its arguments are copied, its identity is taken, its answer is handed back.
// It never decides whether an answer is served or stored, and never touches a store.
// Start at cached-llm-call.ts, then read function-call.ts.
export { CachedLLM } from './cached-llm.ts';
export {
  type CachedLlmCall,
  type CachedResponse,
  cachedLlmCall,
  type WithInfo,
} from './cached-llm-call.ts';
export type { FunctionOptions } from './function-identity.ts';
export { trials } from './trials.ts';
