import { HttpProblem } from '../server/index.ts';
import type { ApiContext } from './context.ts';
import { fieldsOf, type Selection, selectionIn } from './selection.ts';

const ACTIONS = ['invalidate', 'expire', 'delete'] as const;
type Action = (typeof ACTIONS)[number];

interface Order {
  readonly action: Action;
  readonly selection: Selection;
  /** How many entries the user saw and confirmed. Undefined where the user only asks what would be done. */
  readonly count: number | undefined;
}

/** The order in a body. @throws {HttpProblem} where it is none */
function orderIn(body: unknown): Order {
  const fields = fieldsOf(body);
  const action = ACTIONS.find((each) => each === fields.action);
  if (action === undefined)
    throw new HttpProblem(400, `action must be one of ${ACTIONS.join(', ')}.`);
  const count = typeof fields.count === 'number' ? fields.count : undefined;
  return { action, selection: selectionIn(fields), count };
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
  if (filter !== undefined) {
    await index.refresh(true); // what matches now, and not what matched when the table was read
    return index.matching(filter);
  }
  const found = await each(keys, (key) => cache.inspection.entry(key));
  return found.flatMap((entry) => (entry === undefined ? [] : [entry]));
}

async function carryOut(
  { cache, index, count }: ApiContext,
  action: Action,
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
  const now = await each(keys, async (key) => [key, await cache.inspection.entry(key)] as const);
  index.change(new Map(now));
  count.forget();
  return results.filter(Boolean).length;
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
  const entries = await selected(context, order.selection);
  const { action, count } = order;
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (count === undefined) return { action, count: entries.length, bytes };
  if (count !== entries.length) {
    const message = `${entries.length} entries match now, and not ${count}. Look at them again.`;
    throw new HttpProblem(409, message);
  }
  const keys = entries.map(({ key }) => key);
  const done = await carryOut(context, action, keys);
  return { action, count: entries.length, bytes, done };
}
