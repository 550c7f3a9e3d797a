import type { ExchangeResponse } from '../wire-server/exchange.ts';
import { ObservedStore } from './observed-store.ts';
import type { Trial } from './trial.ts';

/** Asked twice, it is two requests with one ending; and a good answer after that is stored. */
export async function neverStored<Request>(
  trial: Trial<Request>,
  response: ExchangeResponse,
): Promise<void> {
  const store = new ObservedStore();
  const session = await trial.session({ store });
  trial.wire.answer(response);
  const first = await session.settle();
  const second = await session.settle();
  trial.expectCount(2);
  trial.expect(second.status).toEqual(first.status);
  await session.flush();
  trial.expect([...store.rows.keys()]).toEqual([]);
  trial.answer({});
  trial.expectSame(await session.call(), await session.call());
  trial.expectCount(3);
}
