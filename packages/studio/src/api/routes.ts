import { type Answer, type ApiRequest, HttpProblem } from '../server/index.ts';
import type { ApiContext } from './context.ts';
import { pageOfEntries } from './entries.ts';
import { readEntry } from './entry.ts';
import { explain } from './explain.ts';
import { exportLines } from './export.ts';
import { knownMiss } from './known-miss.ts';
import { liveCalls } from './live.ts';
import { readStats } from './stats.ts';
import { steer } from './steer.ts';
import { factOf } from './verbs.ts';

type Route = (context: ApiContext, request: ApiRequest) => Promise<Answer>;

/** A span such as `24h`, which the command line checks. */
const sinceIn = (query: URLSearchParams) => {
  const since = query.get('since');
  return since === null || since === '' ? [] : [`--since=${since}`];
};

const ROUTES: Readonly<Record<string, Route>> = {
  'GET about': async ({ place, isReadOnly, index }) => ({
    json: { ...place, isReadOnly, entries: index.status() },
  }),
  'GET stats': async ({ run, count }, { query }) => ({
    json: await readStats(run, count, sinceIn(query)),
  }),
  'GET health': async ({ run, isReadOnly }) => {
    if (isReadOnly)
      throw new HttpProblem(403, 'This check writes a row, and this page only shows.');
    return { json: await factOf(run, ['health']) };
  },
  'GET doctor': async ({ run }, { query }) => ({
    json: await factOf(run, ['doctor', ...sinceIn(query)]),
  }),
  'GET live': async (context, { query }) => ({ json: await liveCalls(context, query) }),
  'GET miss': async ({ cache }, { query }) => ({ json: await knownMiss(cache, query) }),
  'GET entries': async ({ index }, { query }) => ({ json: await pageOfEntries(index, query) }),
  'GET names': async ({ index }) => ({ json: index.names() }),
  'GET entry': async ({ cache }, { query }) => ({ json: await readEntry(cache, query) }),
  'GET diff': async ({ run }, { query }) => ({
    json: await factOf(run, ['diff', '--', query.get('one') ?? '', query.get('other') ?? '']),
  }),
  'POST explain': async ({ run }, { body }) => ({ json: await explain(run, body) }),
  'POST export': async (context, { body }) => ({ lines: await exportLines(context, body) }),
  'POST steer': async (context, { body }) => ({ json: await steer(context, body) }),
};

/** Answers the requests of the page. */
export const apiOf =
  (context: ApiContext) =>
  (request: ApiRequest): Promise<Answer> => {
    const route = ROUTES[`${request.method} ${request.name}`];
    if (route === undefined) throw new HttpProblem(404, 'There is no such question.');
    return route(context, request);
  };
