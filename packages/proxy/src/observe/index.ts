/**
 * Here it is written down what became of each call.
 * Nothing of a prompt, an answer or a credential may be in it.
 * Start reading in `proxied-call.ts`.
 */
export type { ProxiedCall } from './proxied-call.ts';
