import { Presets, SingleBar } from 'cli-progress';
import { formatCount } from './format.ts';
import type { Host } from './host.ts';
import { supportsColors } from './output.ts';

interface Progress {
  advance(steps: number): void;
  end(): void;
}

const SILENT: Progress = { advance: () => {}, end: () => {} };

const WITH_TOTAL =
  '{bar} {percentage} % · {value}/{total} · {duration_formatted}, {eta_formatted} to go';
const WITHOUT_TOTAL = '{value} · {duration_formatted}';

interface ProgressOptions {
  readonly label: string;
  /** The number of steps. @default unknown: the bar only counts */
  readonly total?: number | undefined;
  /** Rows go to stdout meanwhile: on the same terminal, a bar would tear them. @default false */
  readonly isBesideRows?: boolean | undefined;
}

/** Shows a progress bar on stderr where that is a terminal. End it whatever happens: it hides the cursor. */
export function startProgress(
  host: Host,
  { label, total, isBesideRows = false }: ProgressOptions,
): Progress {
  const wouldTearRows = isBesideRows && host.stdout.isTTY === true;
  if (host.stderr.isTTY !== true || wouldTearRows) return SILENT;
  const bar = new SingleBar(
    {
      stream: host.stderr,
      format: ` ${label} ${total === undefined ? WITHOUT_TOTAL : WITH_TOTAL}`,
      formatValue: (value, _options, kind) =>
        kind === 'value' || kind === 'total' ? formatCount(value) : String(value),
      clearOnComplete: true,
      hideCursor: supportsColors(host, host.stderr),
      barsize: 24,
      etaBuffer: 100,
    },
    Presets.shades_classic,
  );
  bar.start(total ?? 0, 0);
  return { advance: (steps) => bar.increment(steps), end: () => bar.stop() };
}

interface StepOptions<Thing> extends ProgressOptions {
  /** @default 1 for each thing */
  readonly stepsOf?: (thing: Thing) => number;
}

/** Passes things on one by one, counts them in a progress bar, and throws once the user interrupts. */
export async function* withProgress<Thing>(
  host: Host,
  { stepsOf = () => 1, ...options }: StepOptions<Thing>,
  things: AsyncIterable<Thing> | Iterable<Thing>,
): AsyncGenerator<Thing, void, undefined> {
  const bar = startProgress(host, options);
  try {
    for await (const thing of things) {
      host.signal.throwIfAborted();
      yield thing;
      bar.advance(stepsOf(thing));
    }
  } finally {
    bar.end();
  }
}

/** Does the work for each thing, for `width` of them at once. The first failure ends it. */
export async function inParallel<Thing>(
  things: AsyncIterable<Thing>,
  width: number,
  work: (thing: Thing) => Promise<void>,
): Promise<void> {
  const queue = things[Symbol.asyncIterator]();
  const worker = async () => {
    for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
