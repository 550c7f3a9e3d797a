import { type Answer, bypassAnswer } from './answer.ts';
import type { Asking } from './call.ts';

/** Calls the provider as if there were no cache. */
export async function goPast<Response>(call: Asking<Response>): Promise<Answer<Response>> {
  const { signal = new AbortController().signal } = call;
  return bypassAnswer(await (call.pass?.() ?? call.invoke(signal)));
}
