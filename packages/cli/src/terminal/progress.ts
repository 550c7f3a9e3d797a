import { Presets, SingleBar } from 'cli-progress';
import { shownCount } from './format.ts';
import type { Host } from './host.ts';
import { wantsColors } from './output.ts';

/** How far long work is: on a terminal's stderr, and nowhere else. */
export interface Progress {
  advance(steps?: number): void;
  end(): void;
}

const SILENT: Progress = { advance: () => {}, end: () => {} };

const COUNTED =
  '{bar} {percentage} % · {value}/{total} · {duration_formatted}, {eta_formatted} to go';
const OPEN = '{value} · {duration_formatted}';

export interface ProgressOptions {
  readonly label: string;
  /** Steps there are. @default nobody knows */
  readonly total?: number | undefined;
  /** Rows go to stdout meanwhile: on one terminal a bar would tear them. @default false */
  readonly isBesideRows?: boolean | undefined;
}

/** A bar on stderr. */
export function progress(
  host: Host,
  { label, total, isBesideRows = false }: ProgressOptions,
): Progress {
  const isInTheWay = isBesideRows && host.stdout.isTTY === true;
  if (host.stderr.isTTY !== true || isInTheWay) return SILENT;
  const bar = new SingleBar(
    {
      stream: host.stderr,
      format: ` ${label} ${total === undefined ? OPEN : COUNTED}`,
      formatValue: (value, _options, kind) =>
        kind === 'value' || kind === 'total' ? shownCount(value) : String(value),
      clearOnComplete: true,
      hideCursor: wantsColors(host, host.stderr),
      barsize: 24,
      etaBuffer: 100,
    },
    Presets.shades_classic,
  );
  bar.start(total ?? 0, 0);
  return { advance: (steps = 1) => bar.increment(steps), end: () => bar.stop() };
}

/** Shows how far the work is, and leaves the terminal as it was, whatever happens. */
export async function withProgress<Result>(
  host: Host,
  options: ProgressOptions,
  work: (bar: Progress) => Promise<Result>,
): Promise<Result> {
  const bar = progress(host, options);
  try {
    return await work(bar);
  } finally {
    bar.end();
  }
}
