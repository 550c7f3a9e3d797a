// This room is the rulebook for the author of a provider package: what an adapter describes, and which answers may be stored.
// It never imports an SDK, and it never writes to a store.
// Start at adapter.ts, then read admission.ts, which judges, and provider-admission.ts, which has the rules; a provider's finish reason is added in finish-reason.ts.
export {
  type AccountIds,
  type Adapter,
  type BatchRules,
  decisionOf,
  type InstanceRules,
  isAdmitted,
  ownEchoes,
  type StreamRules,
  settled,
  type Verdict,
  withOwnEchoes,
} from './adapter.ts';
export type { StoredResponse } from './cross-mode.ts';
export type { StreamAdmissionRules } from './judge-stream.ts';
export {
  type Failure,
  isKnownOutage,
  isOfOneCaller,
  isOutage,
  isOutageStatus,
  ProviderBackOff,
  says,
  statusOf,
} from './outage.ts';

/** Loads what judges a whole answer: a hit needs none of the rules. */
export const loadAdmission = () => import('./admission.ts');

/** Loads what judges a stream. */
export const loadJudgeStream = () => import('./judge-stream.ts');
