import { once } from 'node:events';
import { visibleLines } from '@cached-llm/core/store';
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

/** JSON without hidden characters, which JSON can write as `\\u001b`: it is the same JSON. */
export function jsonText(value: unknown, indent?: number): string {
  return visibleLines(JSON.stringify(value, undefined, indent));
}

/** Of the shapes in `output.schema.json`. It changes where a field is removed or means something else. */
export const OUTPUT_VERSION = 1;

/** One line of the output, which begins with the version. No fact is empty. */
export function jsonLine(fact: object): string {
  return `{"version":${OUTPUT_VERSION},${jsonText(fact).slice(1)}`;
}

const ESCAPE = '\u001b';
/** Colours and other styles, which this program sets itself. */
const STYLE = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

const CLEAR_SCREEN = `${ESCAPE}[2J${ESCAPE}[H`;

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

  async print(fact: object, text: () => string): Promise<void> {
    await this.write(`${this.isJson ? jsonLine(fact) : text()}\n`);
  }

  /** Waits where the reader is slower. Nothing but a style and a line feed reaches the terminal unescaped. */
  async write(text: string): Promise<void> {
    const { isColorSupported } = this.colors;
    const parts = isColorSupported ? text.split(STYLE) : [text];
    const shown = parts.map((part) => (STYLE.test(part) ? part : visibleLines(part))).join('');
    if (!this.#outlet.write(shown)) await once(this.#outlet, 'drain');
  }

  /** Clears the screen of a terminal, and does nothing else. */
  clearScreen(): void {
    if (this.#outlet.isTTY === true && !this.isJson) this.#outlet.write(CLEAR_SCREEN);
  }
}
