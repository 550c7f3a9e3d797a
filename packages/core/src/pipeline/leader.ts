import { loadReplayMiss } from '../inspection/index.ts';
import { callOnceAmongProcesses } from './call-provider.ts';
import { DECISIONS, hasAnswer, type Lead, savingFor, serve } from './look-up.ts';
import type { FlightResult, PipelineContext } from './request.ts';

let stale: typeof import('./stale.ts') | undefined;

/** Loads what only a stale answer needs. Undefined if the import fails: the package was replaced under the running process. */
export async function loadStale() {
  stale ??= await import('./stale.ts').catch(() => undefined);
  return stale;
}

async function callWithFallback(...lead: Parameters<typeof import('./stale.ts').callWithFallback>) {
  return (await loadStale())?.callWithFallback(...lead) ?? callOnceAmongProcesses(...lead);
}

/** Revalidates synchronously once the file is loaded, so that the next request sees the flight. Until then, the platform waits for it. */
function revalidate(...served: Parameters<typeof import('./stale.ts').revalidate>): void {
  if (stale === undefined) {
    const started = loadStale().then((loaded) => loaded?.revalidate(...served));
    served[0].flights.waitUntil?.(started);
  } else stale.revalidate(...served);
}

/** Does for the request that leads a flight what `DECISIONS` says. */
export function leadFlight(
  context: PipelineContext,
  lead: Lead,
): FlightResult | Promise<FlightResult> {
  const { request, flight, found } = lead;
  const step = DECISIONS[request.call.policy.mode][found.state];
  if (step === 'refuse')
    return loadReplayMiss().then(({ refuseMiss }) => refuseMiss(request, context));
  if (step === 'call' || !hasAnswer(found)) return callOnceAmongProcesses(context, lead);
  if (step === 'call-or-serve') return callWithFallback(context, { request, flight, found });
  if (step === 'serve') return serve(context, request, found);
  revalidate(context, request, found);
  return serve(context, request, savingFor(found, 'followers'));
}
