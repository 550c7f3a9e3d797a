import { once } from 'node:events';
import picocolors from 'picocolors';
import type { Host, Outlet } from './host.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Only terminals get colours, and only where `NO_COLOR` is not set (no-color.org). */
export function supportsColors(
  { environment }: Pick<Host, 'environment'>,
  outlet: Outlet,
): boolean {
  return outlet.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** Prints what a command found to stdout: as a line of JSON with `--json`, and as text for people without it. */
export class Output {
  readonly isJson: boolean;
  readonly colors: Colors;
  /** Columns of the terminal. @default 80 */
  readonly width: number;
  readonly #outlet: Outlet;

  constructor(host: Host, format: 'json' | 'text') {
    this.isJson = format === 'json';
    this.colors = picocolors.createColors(supportsColors(host, host.stdout));
    this.width = host.stdout.columns ?? 80;
    this.#outlet = host.stdout;
  }

  async print(fact: unknown, text: () => string): Promise<void> {
    await this.write(`${this.isJson ? JSON.stringify(fact) : text()}\n`);
  }

  /** Waits where the reader is slower. */
  async write(text: string): Promise<void> {
    if (!this.#outlet.write(text)) await once(this.#outlet, 'drain');
  }
}
