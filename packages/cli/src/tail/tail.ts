import { type LiveCall, LiveFeed, pause } from '@cached-llm/core/store';
import { defineCommand, type Session } from '../command-line/index.ts';
import { namespaceOf, type OpenedCache, withCache } from '../store/index.ts';
import { EXIT, jsonLine } from '../terminal/index.ts';
import { callLine } from './call-line.ts';

const EVERY = 500;

/** More calls than are in a store at a time. */
const MOST_PRINTED = 10_000;

const HOW_TO_TURN_ON =
  'No process shows its calls yet. Write createLlmCache({ store, live: true }), or set CACHED_LLM_LIVE=true.\n';

/** Takes each call once: a miss when it has ended, and any other call at once. */
class Printed {
  readonly #ids = new Set<string>();

  take({ id, outcome, result }: LiveCall): boolean {
    if (this.#ids.has(id) || (outcome === 'miss' && result === undefined)) return false;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > MOST_PRINTED && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}

async function print({ output }: Session, call: LiveCall): Promise<void> {
  const { change: _, ...fact } = call;
  await output.write(`${output.isJson ? jsonLine(fact) : callLine(call, output)}\n`);
}

/** Prints what is new until the user ends it. */
async function follow(session: Session, { cache, store }: OpenedCache): Promise<void> {
  const { signal, stderr } = session.host;
  const priceOf: typeof cache.priceOf = (...answer) => cache.priceOf(...answer);
  const feed = new LiveFeed({ store, namespace: namespaceOf(session), priceOf });
  const printed = new Printed();
  let last = 0;
  let isFirst = true;
  do {
    const news = await feed.read(last);
    last = news.last;
    for (const call of news.calls.filter((each) => printed.take(each))) await print(session, call);
    if (news.processes === 0 && isFirst) stderr.write(HOW_TO_TURN_ON);
    isFirst = false;
    await pause(EVERY, { signal }).catch(() => {}); // the user ended it
  } while (!signal.aborted);
}

export const tail = defineCommand({
  name: 'tail',
  summary: 'Print the calls of all processes when they happen.',
  notes:
    'A process shows its calls if its cache has live: true, or with CACHED_LLM_LIVE=true. The commands run and proxy show theirs by themselves. A call is printed when it has ended, with those of the last ten minutes first. Ctrl-C ends the command.',
  async run({ session }) {
    return withCache(session, 'must-exist', async (opened) => {
      await follow(session, opened);
      return EXIT.ok;
    });
  },
});
