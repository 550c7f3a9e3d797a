import { once } from 'node:events';
import picocolors from 'picocolors';
import type { Host, Outlet } from './host.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours are for terminals, and for who wants them (no-color.org). */
export function wantsColors({ environment }: Pick<Host, 'environment'>, outlet: Outlet): boolean {
  return outlet.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** The one way in which a verb says something: a line of JSON to machines, a text to people. */
export class Output {
  readonly isJson: boolean;
  readonly colors: Colors;
  /** Columns that a line may take. */
  readonly width: number;
  readonly #outlet: Outlet;

  constructor(host: Host, isJson: boolean) {
    this.isJson = isJson;
    this.colors = picocolors.createColors(wantsColors(host, host.stdout));
    this.width = host.stdout.columns ?? 80;
    this.#outlet = host.stdout;
  }

  async say(fact: unknown, text: () => string): Promise<void> {
    await this.write(`${this.isJson ? JSON.stringify(fact) : text()}\n`);
  }

  /** Waits for a reader that is slower. */
  async write(text: string): Promise<void> {
    if (!this.#outlet.write(text)) await once(this.#outlet, 'drain');
  }
}
