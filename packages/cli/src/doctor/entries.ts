import { differingFields, isVolatileName, type StoredEntry } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import { namespaceOf, type OpenedCache, otherNamespaces } from '../store/index.ts';
import { formatCount, formatDuration, formatPercent, formatQuantity } from '../terminal/index.ts';
import { type Finding, fine, problem } from './finding.ts';

/** Entries that are looked at. The others are like them. */
const MOST_SAMPLED = 10_000;
/** Entries whose fields are compared with each other. */
const MOST_COMPARED = 100;

type Header = StoredEntry['header'];

/** What the rows of the namespace say, without anything of a request or an answer. */
export interface Sample {
  readonly rows: number;
  readonly unreadable: number;
  readonly expired: number;
  /** Milliseconds by which the newest entry is from the future. */
  readonly ahead: number;
  /** Milliseconds for which half of the entries are fresh at most. Undefined without entries. */
  readonly ttl: number | undefined;
  /** Those that were stored with `explain`, some of them. */
  readonly explained: readonly Header[];
}

/** Reads the rows once. */
export async function sampleOf({ cache }: OpenedCache, now: number): Promise<Sample> {
  let rows = 0;
  const read: (Pick<StoredEntry, 'state'> & { readonly header: Header })[] = [];
  for await (const { entry } of cache.inspection.rows()) {
    rows += 1;
    if (entry !== undefined) read.push({ state: entry.state, header: entry.header });
    if (rows === MOST_SAMPLED) break;
  }
  const headers = read.map(({ header }) => header);
  const ttls = headers.map(({ freshUntil, storedAt }) => freshUntil - storedAt);
  return {
    rows,
    unreadable: rows - read.length,
    expired: read.filter(({ state }) => state === 'expired').length,
    ahead: headers.reduce((most, { storedAt }) => Math.max(most, storedAt - now), 0),
    ttl: ttls.sort((one, other) => one - other)[ttls.length >> 1],
    explained: headers.filter(({ fields }) => fields !== undefined).slice(0, MOST_COMPARED),
  };
}

/** The namespace with entries may be another one than the one that is looked at. */
export async function checkNamespace(
  session: Session,
  { store }: OpenedCache,
  { rows }: Sample,
): Promise<Finding> {
  const own = namespaceOf(session);
  const count = `${rows === MOST_SAMPLED ? 'at least ' : ''}${formatQuantity(rows, 'entry', 'entries')}`;
  if (rows > 0) return fine('namespace', `The namespace ${own} has ${count}.`);
  const { others, text } = await otherNamespaces(session, store);
  const none = `No entries in namespace ${own}.`;
  const [other] = others;
  if (other === undefined) {
    const remedy =
      'Run your program with this store, and close its cache at the end. If it has run, see the other findings.';
    return problem('namespace', `${none} No other namespace has entries.`, remedy);
  }
  const remedy = `Write --namespace ${other.namespace} here, or give your program the namespace that you mean (CACHED_LLM_NAMESPACE, or the option namespace).`;
  return problem('namespace', `${none} ${text}`, remedy);
}

export function checkUnreadable({ rows, unreadable }: Sample): readonly Finding[] {
  if (unreadable === 0) return [];
  const found = `${formatCount(unreadable)} of ${formatQuantity(rows, 'row')} cannot be read: they are encrypted with a secret that is not given here, or damaged.`;
  const remedy =
    'Give the secret in CACHED_LLM_SECRET or --secret-file, and give the same one to each program. If it is given, run cached-llm verify.';
  return [problem('secret', found, remedy)];
}

/** The clocks of one network differ by less, in milliseconds. */
const LARGEST_DRIFT = 5_000;

export function checkClock({ ahead }: Sample, counted: number): Finding {
  const furthest = Math.max(ahead, counted);
  if (furthest <= LARGEST_DRIFT) return fine('clock', 'Nothing is from the future.');
  const found = `An entry or a count is ${formatDuration(furthest)} from the future: two clocks differ.`;
  return problem('clock', found, 'Set the clocks of all machines by NTP.');
}

/** The only field in which two requests differ, where it looks volatile. */
function volatileField(one: Header, other: Header): string | undefined {
  if (one.provider !== other.provider || one.model !== other.model) return undefined;
  if (one.fields === undefined || other.fields === undefined) return undefined;
  const [field, ...more] = differingFields(one.fields, other.fields);
  return field !== undefined && more.length === 0 && isVolatileName(field) ? field : undefined;
}

/** The fields in which alone requests differ, and the requests that would have been hits without each. */
function volatileFields({ explained }: Sample): ReadonlyMap<string, ReadonlySet<Header>> {
  const differing = new Map<string, Set<Header>>();
  const compare = (one: Header, other: Header) => {
    const field = volatileField(one, other);
    if (field === undefined) return;
    differing.set(field, (differing.get(field) ?? new Set()).add(one).add(other));
  };
  for (const [at, one] of explained.entries()) {
    for (const other of explained.slice(at + 1)) compare(one, other);
  }
  return differing;
}

/** Fewer requests that differ in one field alone may be chance. */
const FEWEST = 3;

export function checkFields(sample: Sample): Finding {
  const fields = [...volatileFields(sample)].filter(([, requests]) => requests.size >= FEWEST);
  const { explained } = sample;
  const none =
    explained.length === 0
      ? 'No entry was stored with explain: true, so that no fields are compared.'
      : `Of ${formatQuantity(explained.length, 'entry', 'entries')}, none differs in an id or a time alone.`;
  if (fields.length === 0) {
    const remedy =
      'To see a field that makes each request a miss, set explain: true, or listen to the event volatile-field.';
    return { ...fine('fields', none), remedy: explained.length === 0 ? remedy : undefined };
  }
  const names = fields.map(([field]) => field).join(', ');
  const share = new Set(fields.flatMap(([, requests]) => [...requests])).size / explained.length;
  const found = `The hit rate is low, because ${formatPercent(share)} of ${formatQuantity(explained.length, 'miss', 'misses')} that were compared differ only in ${names}.`;
  const ignored = fields.map(([field]) => `'${field}'`).join(', ');
  return problem('fields', found, `If no answer depends on it, write ignore: [${ignored}].`);
}
