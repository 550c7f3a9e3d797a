/**
 * Here the cache stands between a program in any language and its providers: as a proxy that goes on, or around one command.
 * Nothing here decides what is stored, or knows the format of a provider. Start reading with `run.ts`, then `proxied-command.ts`.
 */
export { proxy } from './proxy.ts';
export { record } from './record.ts';
export { replay } from './replay.ts';
export { run } from './run.ts';
