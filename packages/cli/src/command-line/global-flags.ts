import { text, toggle } from './options.ts';

/** What every verb understands. */
export const globalFlags = {
  store: text('<url>', 'the store: sqlite:./llm.db, redis://host:6379 (or CACHED_LLM_STORE)'),
  namespace: text('<name>', 'whose entries in it (or CACHED_LLM_NAMESPACE)'),
  secretFile: text('<path>', 'secrets of a sealed store, one a line (or CACHED_LLM_SECRETS)'),
  json: toggle('answer in JSON, a line for each thing said'),
} as const;

export type GlobalFlags = typeof globalFlags;
