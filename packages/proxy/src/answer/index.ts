/**
 * Here a request that can be keyed is answered by the pipeline of the core, from the store or from its upstream.
 * Nothing here may decide what is stored or how a key is made: `@cached-llm/http` and the adapters do.
 * Start reading in `answer-request.ts`, which also ends the call when the client leaves; `write-answer.ts` writes what a store or an upstream sends.
 */
export {
  type AnswerRules,
  answerRequest,
  isAnswerable,
  transportsOver,
} from './answer-request.ts';
