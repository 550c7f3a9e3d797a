import { settled, type Verdict } from '../adapter/index.ts';
import { type EntryHeader, freshness, Payload, storedByNow } from '../entry/index.ts';
import { explainedFields, freshnessWindows, newHeader, withTags } from '../entry-store/index.ts';
import type { CallPart, CallVerdict } from '../events/index.ts';
import {
  headerTags,
  NO_TAG_STATES,
  rememberServedModel,
  type TagStates,
} from '../invalidation/index.ts';
import { type Policy, WRITING_MODES } from '../options/index.ts';
import type { CapturedResponse, RunningStream } from '../response/index.ts';
import { DeadlineError, withDeadline } from '../store/index.ts';
import { eventOf, type KeyedRequest, type PipelineContext } from './request.ts';

type Context = Pick<PipelineContext, 'entries' | 'events' | 'now'>;

/** An answer that is not stored yet. */
export interface UnstoredAnswer extends KeyedRequest {
  /** The states of the tags before the call began. With them, an answer that is older than an invalidation is not served. */
  readonly tagStates: TagStates;
  /** When the call began. Milliseconds since 1970. */
  readonly calledAt: number;
  /** Milliseconds that the provider took; for a stream, until it began. */
  readonly took?: number | undefined;
  /** False if, during the call, the key was invalidated or a caller asked for a newer answer. */
  readonly isCurrent: () => boolean;
  readonly part?: CallPart | undefined;
}

interface Content extends Pick<EntryHeader, 'kind' | 'delays'> {
  readonly payload: Payload;
  readonly verdict: Verdict;
}

/** Stores an answer if it may be stored, and resolves to whether it was. A stream is stored when it has ended. */
export async function storeAnswer(
  context: Context,
  answer: UnstoredAnswer,
  { shared, verdict: known }: CapturedResponse<unknown>,
): Promise<boolean> {
  if (shared?.kind === 'recording') return storeStream(context, answer, shared);
  const verdict = known.deciding === undefined ? known : await settled(known);
  countCall(context, answer, verdict);
  if (shared === undefined) return reject(context, answer, verdict);
  const { kind, payload } = shared;
  return storeContent(context, answer, { kind, payload, verdict });
}

async function storeStream(
  context: Context,
  answer: UnstoredAnswer,
  { recording, head }: RunningStream,
): Promise<boolean> {
  const { texts, waits, took, chunks, returned, ...known } = await recording.ended;
  const verdict = await settled(known);
  const ended = { ...answer, took: answer.took === undefined ? undefined : answer.took + took };
  // The provider may charge for a stream that fails after it began.
  countCall(context, ended, { ...verdict, isBegun: chunks > 1 });
  if (verdict.rejection !== undefined) return reject(context, ended, verdict);
  const { codec, policy } = answer.call;
  const payload = new Payload(codec.packStream(texts, head, returned));
  const delays = policy.replay === 'recorded' ? waits : undefined;
  return storeContent(context, ended, { kind: 'stream', payload, delays, verdict });
}

/**
 * Decides whether the answer is stored. The verdict on the answer itself was given before (`adapter/admission.ts`).
 * What else can prevent storing is decided here: the mode, an invalidation, the size and the store.
 */
async function storeContent(
  context: Context,
  answer: UnstoredAnswer,
  { kind, payload, delays, verdict }: Content,
): Promise<boolean> {
  if (verdict.rejection !== undefined) return reject(context, answer, verdict);
  const { entries, events, now } = context;
  const { usage, served } = verdict;
  const { address, call, calledAt, took } = answer;
  const { mode } = call.policy;
  if (!WRITING_MODES.has(mode)) return reject(context, answer, { ...verdict, rejection: mode });
  const fields = call.policy.explain ? await explainedFields(call.identity) : undefined;
  const about = { kind, usage, served, calledAt, took, delays, fields };
  const header = newHeader(withOwnTtl(answer, verdict), about, now());
  const noting = rememberServedModel(entries.tags, call, header);
  const noted = noting === undefined ? NO_TAG_STATES : await noting;
  const late = entries.tags.lateStates(answer.tagStates);
  const known = late === undefined ? answer.tagStates : await late;
  const tagStates = noted.size === 0 ? known : new Map([...known, ...noted]);
  if (!answer.isCurrent()) return reject(context, answer, { ...verdict, rejection: 'invalidated' });
  const writing = entries.write(address, { header, payload: payload.text }, { tagStates });
  const written = writing instanceof Promise ? await writing : writing;
  if (typeof written === 'string')
    return reject(context, answer, { ...verdict, rejection: written });
  events.emit('stored', Object.assign(madeCall(answer, verdict), { bytes: written }));
  return true;
}

/** Is the answer stored? A user's predicate has a time of its own, and a write that takes longer counts as none. */
export async function storedInTime(
  stored: Promise<boolean>,
  { deciding }: Pick<CapturedResponse<unknown>['verdict'], 'deciding'>,
  milliseconds: number,
): Promise<boolean> {
  await deciding;
  return withDeadline(stored, milliseconds).catch((error: unknown) => {
    if (error instanceof DeadlineError) return false;
    throw error;
  });
}

/** The user may say of each answer how long it is fresh. */
function withOwnTtl(answer: UnstoredAnswer, { ttl }: Verdict): UnstoredAnswer {
  if (ttl === undefined) return answer;
  const { call } = answer;
  return { ...answer, call: { ...call, policy: { ...call.policy, ttl } } };
}

/** What is said of a call that was made. */
function madeCall(answer: UnstoredAnswer, { usage, served }: Verdict) {
  const { took, isRevalidation, part } = answer;
  const about = { usage, servedModel: served?.model, took, isRevalidation, part };
  return Object.assign(eventOf(answer), about); // to spread the event takes longer than to count the call
}

function countCall(
  { events }: Context,
  answer: UnstoredAnswer,
  verdict: Verdict & CallVerdict,
): void {
  events.countCall(madeCall(answer, verdict), verdict);
}

function reject({ events }: Context, answer: UnstoredAnswer, verdict: Verdict): false {
  const { rejection: reason = 'unencodable', error } = verdict;
  events.emit('not-admitted', { ...madeCall(answer, verdict), reason, error });
  return false;
}

/** An entry with more tags gets none from the calls that find it. */
const MAX_ADDED_TAGS = 1_000;

/**
 * Writes a served entry again: with the tags of its caller, and with times of this clock if it was stored in the future. It gets a
 * new ttl if `renewOnHit` says so, at most once in a tenth of the ttl, to spare the store.
 */
export async function rewriteOnHit(
  { entries, now }: Pick<PipelineContext, 'entries' | 'now'>,
  { address, call: { identity, policy } }: KeyedRequest,
): Promise<void> {
  if (!WRITING_MODES.has(policy.mode)) return;
  await entries.rewrite(address, ({ entry, lackedTags = [] }) => {
    if (entry === undefined) return undefined;
    const at = now();
    const header = storedByNow(entry.header, at);
    const isRenewed = policy.renewOnHit && freshness(header, at) === 'fresh';
    const renewed = isRenewed ? renew(header, policy, at) : header;
    const isTagged = lackedTags.length === 0 || entry.tags.length > MAX_ADDED_TAGS;
    const rewritten = isTagged ? renewed : withTags(renewed, headerTags(identity, policy));
    return rewritten === entry.header ? undefined : rewritten;
  });
}

function renew(header: EntryHeader, policy: Policy, at: number): EntryHeader {
  // A renewed entry is fresh for longer than its own ttl after it was stored.
  const ofAnswer =
    policy.ttlOf === undefined ? undefined : (header.ttl ?? header.freshUntil - header.storedAt);
  const ttl = ofAnswer ?? policy.ttl;
  const { storedAt: _, ...life } = freshnessWindows(at, { ...policy, ttl });
  if (life.freshUntil - header.freshUntil < ttl / 10) return header;
  return { ...header, ...life, ttl: ofAnswer };
}
