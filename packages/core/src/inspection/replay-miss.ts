import type { Reporter } from '../events/reporter.ts';
import { LlmCacheError } from '../options/errors.ts';
import type { Bypass } from '../pipeline/call.ts';
import { eventOf, type Request } from '../pipeline/request.ts';
import { withDeadline } from '../store/deadline.ts';
import type { Inspection } from './inspection.ts';
import { type NearestEntry, nearestEntry } from './nearest-entry.ts';

export interface ReplayMissParts {
  readonly reporter: Reporter;
  readonly inspection: Pick<Inspection, 'entries' | 'whyAbsent'>;
}

/** Milliseconds that may be spent on a better message. */
const PATIENCE = 2_000;
/** Fields that a message names. */
const SHOWN = 8;

const REMEDY = "Record it once with mode: 'read-write' (or CACHED_LLM_MODE=read-write).";

function whatOf(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ');
}

function listOf(fields: readonly string[]): string {
  if (fields.length === 0) return 'nothing that its fields tell';
  const more = fields.length > SHOWN ? `, and ${fields.length - SHOWN} more` : '';
  return fields.slice(0, SHOWN).join(', ') + more;
}

function hintOf(nearest: NearestEntry | undefined): string {
  if (nearest === undefined) return '';
  const { key, differing } = nearest;
  return differing === undefined
    ? `The nearest recorded request is ${key}; where it differs is told of what is recorded with explain: true. `
    : `The nearest recorded request is ${key}; it differs in ${listOf(differing)}. `;
}

function whyAbsent({ address }: Request, { inspection }: ReplayMissParts): string {
  try {
    const why = inspection.whyAbsent(address.key);
    return why === undefined ? '' : `${why} `;
  } catch {
    return '';
  }
}

/** Nothing where the store does not list what it holds, or not in time. */
async function search({ call, address }: Request, { inspection }: ReplayMissParts) {
  try {
    const entries = inspection.entries({ scope: address.scope });
    return await withDeadline(nearestEntry(call.identity, entries), PATIENCE);
  } catch {
    return undefined;
  }
}

/** In `replay` mode nothing is called, so what was not recorded cannot be answered: told, and made an error. */
export async function replayMiss(request: Request, parts: ReplayMissParts): Promise<LlmCacheError> {
  const { provider, model, operation } = request.call.identity;
  const nearest = await search(request, parts);
  const event = eventOf(request);
  parts.reporter.tell('miss', event);
  const found = { nearest: nearest?.key, differing: nearest?.differing };
  parts.reporter.tell('replay-miss', { ...event, ...found });
  return new LlmCacheError(
    'REPLAY_MISS',
    `No answer is recorded for this request (${whatOf([provider, model, operation])}), and mode is 'replay'. ${whyAbsent(request, parts)}${hintOf(nearest)}${REMEDY}`,
  );
}

/** Nor is there a call for what no recording can hold. */
export function replayBypass({ bypass, provider, field }: Bypass): LlmCacheError {
  return new LlmCacheError(
    'REPLAY_MISS',
    `This request (${whatOf([provider, field])}) goes past the cache (${bypass}), so it cannot be recorded, and mode is 'replay'. Leave it out with \`when\`, or make it in another mode.`,
  );
}
