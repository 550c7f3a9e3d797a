/** How many entries a Map holds that is the store of a cache. The states of tags and keys are in rows of their own. */
export function countEntries(store: ReadonlyMap<string, unknown>): number {
  return [...store.keys()].filter((key) => !key.includes(':tag:')).length;
}
