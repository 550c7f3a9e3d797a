// What a user may say of a cache or a call is checked here, once, and resolved to a policy; the error for misuse stands here too.
// It never looks at a request or at a store.
// Start at call-options.ts; policy.ts has every default of a call.

export {
  type Admit,
  CACHE_OPTIONS,
  type CallOptions,
  isThenable,
  type Judged,
  type Mode,
  type Rejection,
  type TtlOf,
  type WhenBypass,
  WRITING_MODES,
  whenBypass,
} from './call-options.ts';
export {
  type CallControl,
  control,
  controlledPolicy,
  isControlHeader,
  type ReadControl,
  readControl,
  readControlHeaders,
} from './control.ts';
export {
  describeKind,
  invalidOption,
  isLlmCacheError,
  LlmCacheError,
  type LlmCacheFailure,
  refuseUnknownOptions,
  showValue,
  visibleLines,
  visibleText,
  warn,
} from './errors.ts';
export {
  checkOptionNames,
  DEFAULT_POLICY,
  type Policy,
  policyForCall,
  policyForClient,
  policyWith,
} from './policy.ts';
export {
  type Duration,
  isWorkers,
  pause,
  startInterval,
  startTimer,
  systemClock,
  toMilliseconds,
  toPositiveMilliseconds,
  toWholeNumber,
} from './time.ts';
