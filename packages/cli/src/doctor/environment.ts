import { visibleText } from '@cached-llm/core/store';
import { environmentProblem } from '../store/index.ts';
import type { Host } from '../terminal/index.ts';
import { type Finding, fine, problem } from './finding.ts';

/** What each mode but the usual one keeps a cache from doing. */
const MODES: ReadonlyMap<string, string> = new Map([
  ['off', 'each call is made, and no answer is stored'],
  ['read-only', 'stored answers are served, and no new answer is stored'],
  ['refresh', 'each call is made anew, and none is a hit'],
  ['replay', 'only recorded answers are served, and a miss is an error'],
]);

function modeFinding({ environment }: Host): Finding | undefined {
  const { CACHED_LLM_ENABLED: enabled = '', CACHED_LLM_MODE: mode = '' } = environment;
  if (/^(false|0|off|no)$/i.test(enabled)) {
    const found = `CACHED_LLM_ENABLED is ${enabled}: each call is made, and no answer is stored.`;
    return problem('environment', found, 'Remove the variable, or set CACHED_LLM_ENABLED=true.');
  }
  const effect = MODES.get(mode);
  if (effect === undefined) return undefined;
  const remedy = 'Remove the variable, or set CACHED_LLM_MODE=read-write.';
  return problem('environment', `CACHED_LLM_MODE is ${mode}: ${effect}.`, remedy);
}

/** The variables that a package reads. Those of tests have names of their own. */
const VARIABLES =
  /^CACHED_LLM_(STORE|TTL|NAMESPACE|ENABLED|MODE|LIVE|SECRETS?|MAX_ENTRIES|MAX_BYTES|FIXTURES|PROXY_TOKEN|TEST_\w+)$/;

/** A mistyped variable changes nothing, and nobody says so. */
function unknownVariables({ environment }: Host): readonly Finding[] {
  const names = Object.keys(environment).filter((name) => /^CACHED_?LLM_/i.test(name));
  return names
    .filter((name) => !VARIABLES.test(name))
    .map((name) => {
      const found = `No package reads the variable ${visibleText(name)}.`;
      return problem('environment', found, 'Correct its name, or remove it.');
    });
}

/** The settings that a program in this environment has without options of its own. */
export async function checkEnvironment(host: Host): Promise<readonly Finding[]> {
  const refusal = await environmentProblem(host);
  if (refusal !== undefined) {
    return [problem('environment', refusal, 'Correct or remove the variable.')];
  }
  const { CACHED_LLM_STORE: store = '' } = host.environment;
  const isPath = store !== '' && !/^[a-z][a-z\d+.-]+:/i.test(store);
  const path = isPath && [
    'CACHED_LLM_STORE is a path, which this program takes and your own program refuses.',
    'Write it as a URL, such as CACHED_LLM_STORE=sqlite:./llm.db.',
  ];
  const found = [
    ...unknownVariables(host),
    modeFinding(host),
    path ? problem('environment', path[0] ?? '', path[1] ?? '') : undefined,
  ];
  const problems = found.filter((finding) => finding !== undefined);
  return problems.length > 0 ? problems : [fine('environment', 'No variable turns the cache off.')];
}
