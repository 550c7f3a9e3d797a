import { cachedLlmCall, createLlmCache, infoOf, invalidateAnswer } from '@cached-llm/core';

const drafts = ['{"steps":', '{"steps": 3}'];
async function draft(_topic: string) {
  return { text: drafts.shift() ?? '' }; // your call to a model
}
const ask = cachedLlmCall(draft, { cache: createLlmCache() });

let answer = await ask('bread');
console.log(infoOf(answer)?.outcome); // miss
if (!answer.text.endsWith('}')) {
  await invalidateAnswer(answer);
  answer = await ask('bread');
}
console.log(answer.text); // {"steps": 3}
