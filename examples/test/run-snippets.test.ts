import { afterAll, expect, test } from '@jest/globals';
import {
  type Providers,
  runSnippet,
  SNIPPETS,
  SnippetProject,
  startProviders,
} from './pages/index.ts';

const project = new SnippetProject();
let providers: Promise<Providers> | undefined;
const running = SNIPPETS.filter(({ treatment }) => treatment.kind === 'run');
const unfinished = new Set(running);

afterAll(async () => {
  project.remove();
  await (await providers)?.close();
  const run = running.length - unfinished.size;
  process.stdout.write(
    `Snippets: ${SNIPPETS.length}. Run: ${run} of ${running.length} that run.\n`,
  );
});

// Tests that run beside each other do not wait for `beforeAll`: the first one starts the servers.
test.concurrent.each(running.map((snippet) => [snippet.place, snippet] as const))(
  '%s runs as it is printed, and prints what is printed below it',
  async (_place, snippet) => {
    providers ??= startProviders();
    expect(await runSnippet(snippet, project.write(snippet), await providers)).toEqual([]);
    unfinished.delete(snippet);
  },
);
