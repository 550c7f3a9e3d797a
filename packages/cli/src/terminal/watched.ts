import type { Session } from '../command-line/session.ts';
import { type ProgressOptions, progress } from './progress.ts';

/** Things as they come, with a bar that counts them; ends when the user wants it to. */
export async function* watched<Thing>(
  { host }: Session,
  options: ProgressOptions,
  things: AsyncIterable<Thing>,
): AsyncGenerator<Thing, void, undefined> {
  const bar = progress(host, options);
  try {
    for await (const thing of things) {
      host.signal.throwIfAborted();
      yield thing;
      bar.advance();
    }
  } finally {
    bar.end();
  }
}
