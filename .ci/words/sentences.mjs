// Checks what a grammar checker does not know: the length of a sentence, the order of its words, and phrases that nobody says.

const LONGEST = 30;

/** Words that only stand first in a sentence that is turned round, and the verb that then comes before its subject. */
const SUBJECT =
  '(?:a|an|the|this|that|these|those|it|they|he|she|we|you|its|their|your|no|each|every|one)';
const AUXILIARY = '(?:is|are|was|were|does|do|did|has|have|had|can|may|will|would|must|should)';
const STANDING =
  '(?:stand|stands|lie|lies|sit|sits|come|comes|goes|go|belong|belongs|follow|follows)';
const TELLING =
  '(?:say|says|show|shows|tell|tells|list|lists|describe|describes|explain|explains|name|names)';

const INVERSIONS = [
  [
    `^(?:Nor|Never|Seldom|Rarely|Nowhere|Hardly|Scarcely) ${AUXILIARY}\\b`,
    'Begin with the subject.',
  ],
  [
    `^(?:Only (?:then|when|if|after|by|in|on|with|through)|Not only|Not until|Not even)\\b[^,.]* (?:is|are|does|do|did|can|may|will|would|must|should) ${SUBJECT}\\b`,
    'Begin with the subject.',
  ],
  [`^So ${AUXILIARY}\\b`, 'Begin with the subject.'],
  [
    `^(?:In|On|Under|Behind|Beside|Within|From|Of|At|By|Over|Above|Below|Before|After|Here|There|Beneath|Between|Among|To|With)\\b[^,.:]*? ${STANDING} ${SUBJECT}\\b`,
    'Begin with the subject.',
  ],
  [
    `^(?:What|Whatever|How|Why|Which|Where|When|Whether|Who|Whose)\\b[^.]*, (?:[\`\\w./-]+ )+${TELLING}\\.?$`,
    'Name first who says it, then what it says.',
  ],
  [
    `^(?:What|Whatever|How|Why|Which|Whether|Whose)\\b[^.?]*? (?:you|we|they|the [\`\\w]+) (?:find|see|get|read|write|know|choose|set|pass|name|give) (?:in|at|by|from|with|under|to)\\b[^?]*$`,
    'Begin with the subject.',
  ],
].map(([pattern, remedy]) => ({ pattern: new RegExp(pattern), remedy }));

/** Phrases of our own that stopped readers, and what to write in their place. */
const PHRASES = [
  ['(?:goes|go|going|went) past the cache|past the cache', 'bypasses the cache'],
  ['belongs? into', 'belongs to, or is part of'],
  ['times sooner', 'times faster'],
  ['is told by|are told by', 'name what happens: is an event, is logged'],
  ['day ?book|torso|vault|tally', 'a word of the field'],
  ['answers nobody', 'is not served'],
  ['is so under', 'say again what it is'],
].map(([phrase, remedy]) => ({ pattern: new RegExp(`\\b(?:${phrase})\\b`, 'i'), remedy }));

const segmenter = new Intl.Segmenter('en-u-ss-standard', { granularity: 'sentence' });

/** Names in code that stand without backticks: `maxAge`, `--store`, `node:sqlite`, `a.b`, `v22`, `@scope/name`, `FOO_BAR`, a path. */
const NAMES =
  /(?<![\w`])(?:--?[a-z][\w-]*|[a-z]+[A-Z]\w*|[\w.-]*[_/@=:~*]+\w(?:[^\s,;)]*[\w/])?|\w+\.[a-z]\w*|x-[a-z-]+|[A-Za-z]*\d(?:[\w.,-]*\w)?(?: (?:m|µ|n)?s\b)?)(?![\w`])/g;

/** A piece as a reader hears it: code and addresses are one word, and a link is its text. */
export const spoken = (text) =>
  text
    .replaceAll(/!?\[((?:[^\][]|\[[^\]]*\])*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '`X`')
    .replaceAll(/https?:\/\/\S+/g, '`X`')
    .replaceAll(/\*\*|__/g, '')
    .replaceAll(NAMES, '`X`')
    .replaceAll(/`X`(?:`X`)+/g, '`X`');

const wordsOf = (sentence) => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}`]/u.test(word));

function problemsOf(sentence) {
  const count = wordsOf(sentence).length;
  const long =
    count > LONGEST ? [`The sentence has ${count} words; write at most ${LONGEST}.`] : [];
  const turned = INVERSIONS.filter(({ pattern }) => pattern.test(sentence));
  const phrases = PHRASES.flatMap(({ pattern, remedy }) => {
    const [found] = pattern.exec(sentence) ?? [];
    return found === undefined ? [] : [`"${found}": write "${remedy}".`];
  });
  return [
    ...long,
    ...turned.map(({ remedy }) => `The words are turned round. ${remedy}`),
    ...phrases,
  ];
}

/** What is wrong with the sentences of a piece. */
export function sentenceProblems({ file, line, text }) {
  const sentences = [...segmenter.segment(spoken(text))].map(({ segment }) => segment.trim());
  return sentences.flatMap((sentence) =>
    problemsOf(sentence).map((problem) => ({ file, line, problem, sentence })),
  );
}
