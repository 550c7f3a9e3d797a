// What a provider package says of its provider, and the one rulebook of what may be stored.
// It never imports an SDK and never writes to a store.
// Start at adapter.ts; the rulebook is admission.ts and finish-reason.ts.
export type { Adapter, BatchRules, CrossRules, StreamRules } from './adapter.ts';
export { type AdmissionRules, judge, judgeStream, type Verdict } from './admission.ts';
export { answerEach, splitByWeight } from './batch.ts';
export { CrossMode, exactFields, type StoredResponse } from './cross-mode.ts';
export { defaultAdapter } from './default-adapter.ts';
export { finishReasons, rejectFinish } from './finish-reason.ts';
export { isNeutralHeader } from './neutral-headers.ts';
export { isKnownOutage, isOutage, isOutageStatus, ProviderBackOff } from './outage.ts';
