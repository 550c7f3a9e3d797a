// What a user may say of a call is checked once here and resolved to a policy; the one error class for what they may not say stands here too.
// It never applies a default twice: each stands in policy.ts.
// Start at call-options.ts.
export {
  type Admit,
  type CallOptions,
  type Mode,
  type Rejection,
  WRITING_MODES,
} from './call-options.ts';
export {
  type Duration,
  toMilliseconds,
  toPositiveMilliseconds,
  toWholeNumber,
} from './duration.ts';
export { describeKind, isLlmCacheError, LlmCacheError } from './errors.ts';
export {
  DEFAULT_POLICY,
  type Policy,
  policyForCall,
  policyForClient,
  policyWith,
} from './policy.ts';
