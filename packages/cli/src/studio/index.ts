/**
 * Here the page of `@cached-llm/studio` is served over the store that the user names, with the commands as its verbs.
 * Nothing in this room may choose a store, or answer a request of the page by itself.
 * Start reading in `studio.ts`.
 */
export { studioOf } from './studio.ts';
