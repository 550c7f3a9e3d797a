/**
 * Here the calls of all processes are shown as they happen, and what is known of one that was a miss.
 * Nothing of a prompt, an answer or a scope may come here, because nobody asked to reveal it.
 * Start reading in `live.tsx`.
 */
export { KnownMiss } from './known-miss.tsx';
export { Live } from './live.tsx';
