import type { RunVerb, Studio } from '@cached-llm/studio';
import {
  type CliCommand,
  captured,
  defineCommand,
  flag,
  globalWords,
  port,
  type Session,
} from '../command-line/index.ts';
import { exportLine, namespaceOf, type OpenedCache, withCache } from '../store/index.ts';
import { EXIT } from '../terminal/index.ts';
import { openInBrowser } from './open-in-browser.ts';

/** The longest text of one verb, in characters. */
const LONGEST = 16_777_216;

/** The commands as verbs of the page: on the same store, with `--json`. */
function verbsOf({ host, globals }: Session, commands: readonly CliCommand[]): RunVerb {
  const words = [...globalWords(globals), '--json'];
  return async (argv, stdin) => {
    const printed = await captured(host, {
      argv: [...words, ...argv],
      commands,
      stdin,
      longest: LONGEST,
    });
    const lines = printed.out.split('\n').filter((line) => line !== '');
    const facts = printed.isCut ? [] : lines.map((line): unknown => JSON.parse(line));
    return { code: printed.code, facts, errors: printed.errors };
  };
}

/** Resolves when the user ends the program. */
const ended = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

interface Wanted {
  readonly opened: OpenedCache;
  readonly port?: number | undefined;
  readonly readOnly?: boolean | undefined;
}

async function startFor(
  session: Session,
  commands: readonly CliCommand[],
  { opened: { cache, store, url }, port, readOnly: isReadOnly }: Wanted,
): Promise<Studio> {
  const { startStudio } = await import('@cached-llm/studio'); // no other command needs it
  const place = { store: url, namespace: namespaceOf(session) };
  const run = verbsOf(session, commands);
  return startStudio({
    cache,
    store,
    run,
    lineOf: exportLine,
    place,
    port,
    isReadOnly,
    now: session.host.now,
  });
}

/** The command that serves the page, whose verbs are `commands`. */
export const studioOf = (commands: readonly CliCommand[]): CliCommand =>
  defineCommand({
    name: 'studio',
    summary: 'Serve a page that shows what is stored.',
    options: {
      port: port('port of the page (default: any free one)'),
      open: flag('open the page in the browser'),
      readOnly: flag('only show, and refuse all that changes the store'),
    },
    notes:
      'The page is served on 127.0.0.1 alone, and only to who has the printed address, which holds a secret. It sends nothing to anywhere else. Ctrl-C ends it. Through SSH: ssh -L 4242:127.0.0.1:4242 host cached-llm studio --port 4242.',
    async run({ session, options: { open = false, ...options } }) {
      return withCache(session, 'must-exist', async (opened) => {
        const studio = await startFor(session, commands, { opened, ...options });
        const place = { store: opened.url, namespace: namespaceOf(session) };
        await session.output.print({ url: studio.url, ...place }, () => `Open ${studio.url}`);
        if (open) openInBrowser(studio.url);
        await ended(session.host.signal);
        await studio.close();
        return EXIT.ok;
      });
    },
  });
