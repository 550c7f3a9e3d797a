import { HttpProblem } from '../server/index.ts';
import type { ApiContext } from './context.ts';
import { fieldsOf, isTexts, type Selection, selectionIn } from './selection.ts';
import { factOf } from './verbs.ts';

const ACTIONS = ['invalidate', 'expire', 'delete', 'tag'] as const;
type Action = (typeof ACTIONS)[number];

/** Tags that the entries get and lose. */
type TagChange = Readonly<Record<'add' | 'remove', readonly string[]>>;

interface Order {
  readonly action: Action;
  readonly selection: Selection;
  /** How many entries the user saw and confirmed. Undefined where the user only asks what would be done. */
  readonly count: number | undefined;
  readonly tags: TagChange;
}

/** The tags in a body. @throws {HttpProblem} where they are no lists of texts */
function tagsIn({ add = [], remove = [] }: ReturnType<typeof fieldsOf>): TagChange {
  if (isTexts(add) && isTexts(remove)) return { add, remove };
  throw new HttpProblem(400, 'add and remove must be lists of texts.');
}

/** Where the user only asks what would be done, the tags are not written yet. */
function checkTags({ action, count, tags: { add, remove } }: Order): void {
  const isWritten = add.length + remove.length > 0 && ![...add, ...remove].includes('');
  if (action !== 'tag' || count === undefined || isWritten) return;
  throw new HttpProblem(400, 'Write a tag to add or to remove.');
}

/** @throws {HttpProblem} for what is no number: it would only ask */
function countIn({ count }: ReturnType<typeof fieldsOf>): number | undefined {
  if (count === undefined || typeof count === 'number') return count;
  throw new HttpProblem(400, 'count must be the number of entries that you saw.');
}

/** The order in a body. @throws {HttpProblem} where it is none */
function orderIn(body: unknown): Order {
  const fields = fieldsOf(body);
  const action = ACTIONS.find((each) => each === fields.action);
  if (action === undefined)
    throw new HttpProblem(400, `action must be one of ${ACTIONS.join(', ')}.`);
  const count = countIn(fields);
  return { action, selection: selectionIn(fields), count, tags: tagsIn(fields) };
}

/** How many entries are read or changed at the same time. */
const AT_ONCE = 50;

async function each<Result>(
  keys: readonly string[],
  use: (key: string) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    results.push(...(await Promise.all(keys.slice(at, at + AT_ONCE).map(use))));
  }
  return results;
}

async function selected({ index, cache }: ApiContext, { keys, filter }: Selection) {
  if (filter !== undefined) return index.matchingNow(filter);
  const found = await each(keys, (key) => cache.inspection.entry(key));
  return found.flatMap((entry) => (entry === undefined ? [] : [entry]));
}

/** What was done to how many, and why nothing was done to others. */
interface Done {
  readonly done: number;
  readonly refused: readonly { readonly entries: number; readonly why: string }[];
}

/** Keys for one run of the verb, which opens the store. */
const KEYS_AT_ONCE = 1_000;

/** The verb of the command line says which entries cannot have other tags, and why. */
async function retag({ run }: ApiContext, keys: readonly string[], tags: TagChange): Promise<Done> {
  const words = [
    ...tags.add.map((tag) => `--add=${tag}`),
    ...tags.remove.map((tag) => `--remove=${tag}`),
  ];
  let done = 0;
  const refused: Done['refused'][number][] = [];
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE);
    const fact = await factOf(run, ['tag', ...words, '--yes', '--', ...some]);
    const printed = fact as { readonly retagged: number; readonly refused: Done['refused'] }; // what the verb prints
    done += printed.retagged;
    refused.push(...printed.refused);
  }
  return { done, refused };
}

async function removeOrExpire(
  { cache }: ApiContext,
  action: Exclude<Action, 'tag'>,
  keys: readonly string[],
) {
  const change = {
    invalidate: (key: string) => cache.invalidate({ key }),
    expire: (key: string) => cache.expire({ key }),
    // Invalidated first: so no process that has it in its memory serves it.
    delete: async (key: string) =>
      (await cache.invalidate({ key })) && (await cache.inspection.remove(key)),
  }[action];
  const results = await each(keys, change);
  const done = results.filter(Boolean).length;
  const why = 'The store did not accept the change. Run cached-llm health.';
  const entries = keys.length - done;
  return { done, refused: entries === 0 ? [] : [{ entries, why }] };
}

async function carryOut(context: ApiContext, { action, tags }: Order, keys: readonly string[]) {
  const { cache, index, count } = context;
  const done = await (action === 'tag'
    ? retag(context, keys, tags)
    : removeOrExpire(context, action, keys));
  const now = await each(keys, async (key) => [key, await cache.inspection.entry(key)] as const);
  index.change(new Map(now));
  count.forget();
  return done;
}

/**
 * Says what would be done to how many entries, or does it, where the user confirms by that number. Nothing that is done is
 * undone.
 *
 * @throws {HttpProblem} where the page only shows, or where other entries match now than the user saw
 */
export async function steer(context: ApiContext, body: unknown) {
  if (context.isReadOnly)
    throw new HttpProblem(403, 'This page only shows. Start it without --read-only.');
  const order = orderIn(body);
  checkTags(order);
  const entries = await selected(context, order.selection);
  const { action, count } = order;
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (count === undefined) return { action, count: entries.length, bytes };
  if (count !== entries.length) {
    const message = `${entries.length} entries match now, and not ${count}. Look at them again.`;
    throw new HttpProblem(409, message);
  }
  const keys = entries.map(({ key }) => key);
  return { action, count: entries.length, bytes, ...(await carryOut(context, order, keys)) };
}
