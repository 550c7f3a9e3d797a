import { warn } from '../options/index.ts';

/** Two functions that close over different things can have one name and one code, and the user alone can tell them apart. */
export function warnOfNamesakes(operation: string): void {
  const what = `Two functions ${JSON.stringify(operation)} share their answers in one cache, because they have one name and the same code or provider.`;
  const remedy = `If they close over different things, such as a model, return these in the option \`key\`, or give each a name of its own: { name: '${operation} with gpt-5' }. If they are the same, give them the same name: { name: '${operation}' }.`;
  warn(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'SHARED_FUNCTION' });
}
