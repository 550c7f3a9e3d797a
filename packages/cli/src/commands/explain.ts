import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { CallIdentity } from '@cached-llm/core';
import {
  type Adapter,
  identify,
  isFields,
  type Policy,
  policyForClient,
} from '@cached-llm/core/adapter';
import {
  fieldDigests,
  type NearestEntry,
  nearestEntry,
  type StoredEntry,
} from '@cached-llm/core/store';
import { httpIdentity, readRequest } from '@cached-llm/http';
import {
  defineCommand,
  headerOption,
  namedAdapter,
  type OptionValues,
  requestHeaders,
  type Session,
  text,
} from '../command-line/index.ts';
import { entryId, type OpenedCache, withCache } from '../store/index.ts';
import {
  Failure,
  fileFailure,
  formatCount,
  formatDuration,
  formatFacts,
  formatQuantity,
  type Host,
  jsonText,
  UsageFailure,
  withProgress,
} from '../terminal/index.ts';

const explainOptions = {
  url: text('<url>', 'URL that the body is posted to'),
  adapter: text('<name>', 'adapter that reads the request: openai, anthropic, …'),
  header: headerOption,
  scope: text('<scope>', 'scope of the request'),
} as const;
type ExplainOptions = OptionValues<typeof explainOptions>;

async function readJson(path: string, { stdin }: Host) {
  const isStdin = path === '-';
  const body = await (isStdin ? readAll(stdin) : readFile(path, 'utf8')).catch((cause) => {
    throw fileFailure(`${path} cannot be read`, cause);
  });
  try {
    const value: unknown = JSON.parse(body);
    return { body, value };
  } catch {
    // The error's own message would quote the request.
    throw new Failure(`${isStdin ? 'The text from stdin' : path} is not JSON.`);
  }
}

interface Question {
  readonly body: string;
  readonly value: unknown;
  readonly adapter: Adapter | undefined;
  readonly policy: Policy;
  readonly isForAnyAccount: boolean;
}

function givenIdentity({ value, adapter, policy }: Question): CallIdentity {
  const provider = isFields(value) ? (value.provider ?? adapter?.provider) : undefined;
  if (!isFields(value) || typeof provider !== 'string' || value.request === undefined) {
    throw new UsageFailure(
      'Write { "provider": …, "operation": …, "request": … } as for cache.keyOf, or the body of a request and --url.',
    );
  }
  // Every other field is part of the key as it is.
  const { request, ...rest } = value as Omit<CallIdentity, 'provider'>;
  return identify({ ...rest, request, provider, adapter }, policy);
}

async function postIdentity(url: string, { header }: ExplainOptions, question: Question) {
  const { body, adapter, policy, isForAnyAccount } = question;
  const headers = requestHeaders(header);
  const request = await readRequest(url, { method: 'POST', headers, body });
  if (request === undefined) {
    throw new UsageFailure('Only a JSON object that is posted to an HTTP URL can be cached.');
  }
  const identity = httpIdentity(request, { adapter, policy, isForAnyAccount });
  if (!('bypass' in identity)) return identity;
  throw new Failure(`This request bypasses the cache: ${identity.bypass}.`);
}

/** The identity of the request in a file: the body of a post with `--url`, and what `cache.keyOf` takes without. */
async function identityIn(
  path: string,
  options: ExplainOptions,
  { host, cache }: Pick<Session, 'host'> & Pick<OpenedCache, 'cache'>,
): Promise<CallIdentity> {
  const json = await readJson(path, host);
  const { url, adapter: name, scope } = options;
  const adapter = name === undefined ? undefined : await namedAdapter(name);
  const policy = policyForClient(cache.policy, { scope: scope || undefined });
  const { isForAnyAccount } = cache;
  const question = { ...json, adapter, policy, isForAnyAccount };
  return url === undefined ? givenIdentity(question) : postIdentity(url, options, question);
}

const LONGEST_TEXT = 48;
const LONGEST_LIST = 8;

/** A value whose long texts and long lists are cut. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, LONGEST_LIST).map(shortened);
    const more = value.length - LONGEST_LIST;
    return more > 0 ? [...shown, `… and ${more} more`] : shown;
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
}

function outcomeText(entry: StoredEntry | undefined, now: number): string {
  if (entry === undefined) return 'a miss: no entry is stored under this key';
  const age = formatDuration(now - entry.header.storedAt);
  return `${entry.state === 'fresh' ? 'a hit' : entry.state}, stored ${age} ago`;
}

function nearestText({ key, differing }: NearestEntry): string {
  const id = entryId(key);
  if (differing === undefined) return `${id}, stored without explain: true`;
  if (differing.length === 0) return `${id}, which differs in no known field`;
  return `${id}, which differs in ${differing.join(', ')}`;
}

/** How many entries were looked at for the nearest one. */
interface Searched {
  entries: number;
  /** Those of the provider of the request. */
  ofProvider: number;
}

/** Looks at all entries of the scope, however many there are: the nearest one may be the last. */
async function searchNearest(
  session: Session,
  identity: CallIdentity,
  entries: AsyncIterable<StoredEntry>,
): Promise<Pick<Explanation, 'nearest' | 'searched'>> {
  const searched: Searched = { entries: 0, ofProvider: 0 };
  async function* counted() {
    for await (const entry of withProgress(session.host, { label: 'compared' }, entries)) {
      searched.entries += 1;
      if (entry.header.provider === identity.provider) searched.ofProvider += 1;
      yield entry;
    }
  }
  return { nearest: await nearestEntry(identity, counted()), searched };
}

function searchedText({ entries, ofProvider }: Searched, { provider }: CallIdentity): string {
  const all = `all ${formatQuantity(entries, 'entry', 'entries')} of the scope`;
  return `${all}, ${formatCount(ofProvider)} of ${provider}`;
}

interface Explanation {
  readonly key: string;
  readonly identity: CallIdentity;
  readonly entry: StoredEntry | undefined;
  /** Searched only where there is no entry. */
  readonly nearest?: NearestEntry | undefined;
  readonly searched?: Searched | undefined;
}

function explanationText(explanation: Explanation, { output, host }: Session): string {
  const { key, identity, entry, nearest, searched } = explanation;
  const facts = formatFacts(output, [
    ['key', key],
    ['outcome', outcomeText(entry, host.now())],
    ['nearest', nearest && nearestText(nearest)],
    ['searched', searched && searchedText(searched, identity)],
    ['identity', ''],
  ]);
  return `${facts}\n${jsonText(shortened(identity), 2)}`;
}

export const explain = defineCommand({
  name: 'explain',
  summary: 'Explain why a request is a hit or a miss.',
  positionals: ['<file>'],
  options: explainOptions,
  notes:
    'The file holds { "provider", "operation", "request", … } as cache.keyOf takes it. With --url, the file holds the body of a request. The file - is stdin. The command can name the fields in which the nearest entry differs only if that entry was stored with explain: true.',
  async run({ session, positionals: [path = '-'], options }) {
    const { host, output } = session;
    const { scope } = options;
    await withCache(session, 'must-exist', async ({ cache }) => {
      const identity = await identityIn(path, options, { host, cache });
      const key = cache.keyOf(identity, { scope: scope || undefined });
      if (key === undefined) {
        throw new Failure('This request has no key: a part of it has no canonical form.');
      }
      const entry = await cache.inspection.entry(key);
      const others = () => cache.inspection.entries({ scope: scope ?? '' });
      const found = entry === undefined ? await searchNearest(session, identity, others()) : {};
      const fields = Object.keys(fieldDigests(identity));
      const fact = { key, state: entry?.state ?? 'absent', identity, fields, ...found };
      await output.print(fact, () => explanationText({ key, identity, entry, ...found }, session));
    });
    return undefined;
  },
});
