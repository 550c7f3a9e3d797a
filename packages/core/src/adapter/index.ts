// What a provider package says of its provider, and the one rulebook of what may be stored.
// It never imports an SDK and never writes to a store.
// Start at adapter.ts; the rulebook is admission.ts and finish-reason.ts.
export type { Adapter, BatchRules, CrossRules, StreamRules } from './adapter.ts';
export { type Facts, judge, judgeStream, type Rules } from './admission.ts';
export { answerEach, shareOut } from './batch.ts';
export { Crossing, exactFields, type Stored } from './cross-mode.ts';
export { defaultAdapter, rejectUnfit } from './default-adapter.ts';
export { finishReasons, rejectFinish } from './finish-reason.ts';
export { isNeutralHeader } from './neutral-headers.ts';
export { isKnownOutage, isOutage, isOutageStatus, ProviderBackOff } from './outage.ts';
