import type { Host } from '../terminal/host.ts';
import { Output } from '../terminal/output.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { Given } from './options.ts';

/** One run of the program: where it runs, what was said of every verb, and how it answers. */
export interface Session {
  readonly host: Host;
  readonly globals: Given<GlobalFlags>;
  readonly output: Output;
}

export function sessionOf(host: Host, globals: Given<GlobalFlags>): Session {
  return { host, globals, output: new Output(host, globals.json === true) };
}
