import type { EntryHeader } from '../entry/entry.ts';
import type { EntryStore } from '../entry-store/entry-store.ts';
import type { Call } from '../pipeline/call.ts';
import type { MarkerBoard } from './marker-board.ts';
import { servedTag } from './served-model.ts';
import { userTag } from './tags.ts';

/** Before every entry there is. */
const NEVER = -1;

/**
 * Remembers which model answered to a name. Where it is another than before, all older answers to that name
 * are stale: said once, in one small row, to every process that shares the store. Nothing where there is
 * nothing to remember: then nobody has to wait.
 */
export function noteServed(
  { markers }: EntryStore,
  { identity, policy }: Pick<Call<unknown>, 'identity' | 'policy'>,
  { served, storedAt }: Pick<EntryHeader, 'served' | 'storedAt'>,
): Promise<void> | undefined {
  const name = servedTag(identity, policy);
  if (name === undefined || served?.model === undefined) return undefined;
  return note(markers, userTag(name), { model: served.model, storedAt });
}

interface Noted {
  readonly model: string;
  readonly storedAt: number;
}

async function note(markers: MarkerBoard, tag: string, { model, storedAt }: Noted): Promise<void> {
  const [mark = tag] = markers.marksOf([tag]);
  const known = (await markers.read([tag]))?.get(mark)?.served;
  if (known !== model) await markers.expire(tag, known === undefined ? NEVER : storedAt - 1, model);
}
