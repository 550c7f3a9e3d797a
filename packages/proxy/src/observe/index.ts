/**
 * Here it is written down what became of each call: a line for a log, a line for a terminal, metrics, and whether all is well.
 * Nothing of a prompt, an answer or a credential may be in it, and no text that a caller wrote may move a cursor.
 * Start reading in `call-observer.ts`; `call-lines.ts` writes the lines, and `own-pages.ts` answers `/healthz` and `/metrics`.
 */

export type { ProxiedCall } from './call-facts.ts';
export { accessLog, type LineStyle, liveLine } from './call-lines.ts';
export { type CallNotes, CallObserver } from './call-observer.ts';
export { type OwnPages, ownPages } from './own-pages.ts';
