/**
 * Here one command changes the tags of stored entries. It never changes an answer or a time of an entry, and it never asks
 * twice for what `--yes` confirms. Start reading with `tag.ts`.
 */
export { tag } from './tag.ts';
