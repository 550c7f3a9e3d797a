// A program may load a package twice: as an ES module and as a CommonJS module, or bundled and not. All copies of one build of a
// version are to be one: its default cache, its classes, what it remembers. So each chunk shows its exports in a place of the
// process, and whoever loads the chunk again takes those that are there. The name of the place has the version and a digest of
// the code in it, so that another version is another copy. What a chunk imports from our own packages and from the user's SDK has
// to be the same, too: a client of the SDK's CommonJS build is answered with classes of that build.
import { createHash } from 'node:crypto';

const RUNTIME = {
  fileName: 'chunks/one-copy.js',
  body: `// The exports of a part of this package: those of the copy that was loaded first, if it imports the same.
function oneCopy(name, own, imported) {
  const place = Symbol.for(name);
  if (globalThis[place] === undefined) Reflect.defineProperty(globalThis, place, { value: { own, imported } });
  const first = globalThis[place];
  return first !== undefined && first.imported.every((each, at) => each === imported[at]) ? first.own : own;
}
`,
};

/** No name in the sources begins so. */
const OURS = '__oneCopy_';

const isChunk = ({ type }) => type === 'chunk';

/** Does the chunk hold code, and not only what it exports of others? The helpers of the bundler need not be one. */
function isShared({ modules, exports }) {
  const ours = Object.entries(modules).filter(([id]) => !id.startsWith('\0'));
  return exports.length > 0 && ours.some(([, { code }]) => code?.trim());
}

/** Of each module that has to be the same, one name that is imported from it. */
function importedNames({ code }, { peerDependencies = {} }) {
  const statements = [...code.matchAll(/^import (.+) from "(.+)";$/gm)];
  const has = (specifier) =>
    specifier.startsWith('.') ||
    specifier.startsWith('@cached-llm/') ||
    Object.keys(peerDependencies).some((peer) => `${specifier}/`.startsWith(`${peer}/`));
  return statements
    .filter(([, , specifier]) => has(specifier) && !specifier.endsWith('/rolldown-runtime.js'))
    .map(([, clause, specifier]) => {
      const [, name, , local] = /^\{ (\w[\w$]*|default)( as ([\w$]+))?/.exec(clause) ?? [];
      return { specifier, name, local: local ?? name ?? /([\w$]+)$/.exec(clause)[1] };
    });
}

const runtimePath = ({ fileName }) =>
  fileName.startsWith('chunks/') ? './one-copy.js' : `./${RUNTIME.fileName}`;

function shareModule(chunk, place, imported) {
  if (chunk.code.includes(OURS)) throw new Error(`${chunk.fileName} has names like ours.`);
  const [statement, list] = /^export \{ (.+) \};$/m.exec(chunk.code) ?? [];
  if (statement === undefined) throw new Error(`${chunk.fileName} exports nothing in a list.`);
  const pairs = list
    .split(', ')
    .map((each) => each.split(' as '))
    .map(([local, name = local], at) => ({ local, name, shown: `${OURS}${at}` }));
  const variable = pairs.find(({ local }) =>
    new RegExp(`^let ${local.replaceAll('$', '\\$')}\\b`, 'm').test(chunk.code),
  );
  // Who loads the chunk again has the value that it had then.
  if (variable !== undefined) throw new Error(`The variable ${variable.local} is exported.`);
  const own = pairs.map(({ local, name }) => (local === name ? name : `${name}: ${local}`));
  const locals = imported.map(({ local }) => local);
  const lines = [
    `import { oneCopy as ${OURS}one } from "${runtimePath(chunk)}";`,
    `const { ${pairs.map(({ name, shown }) => `${name}: ${shown}`).join(', ')} } = ${OURS}one(${place}, { ${own.join(', ')} }, [${locals.join(', ')}]);`,
    `export { ${pairs.map(({ name, shown }) => `${shown} as ${name}`).join(', ')} };`,
  ];
  chunk.code = chunk.code.replace(statement, () => lines.join('\n'));
}

function shareCommonJs(chunk, place, imported) {
  const values = imported.map(({ specifier, name }) => {
    const [, variable] =
      new RegExp(`^(?:let|const) (\\w+) = require\\("${specifier}"\\);`, 'm').exec(chunk.code) ??
      [];
    if (variable === undefined) throw new Error(`${chunk.fileName} does not require ${specifier}.`);
    return name === undefined ? variable : `${variable}.${name}`;
  });
  const line = `module.exports = require("${runtimePath(chunk)}").oneCopy(${place}, module.exports, [${values.join(', ')}]);\n`;
  chunk.code = chunk.code.replace(
    /(\n\/\/# sourceMappingURL=.*\s*)?$/,
    (last) => `\n${line}${last.trimStart()}`,
  );
}

function requireSame(esm, cjs) {
  const shape = (output) =>
    JSON.stringify(
      output
        .filter(isChunk)
        .filter(isShared)
        .map(({ fileName, exports }) => [fileName, [...exports].sort()])
        .sort(),
    );
  if (shape(esm) !== shape(cjs))
    throw new Error('The two builds do not have the same chunks with the same exports.');
}

/** Both builds, so that each of their chunks is the one of the copy that a process loaded first. */
export function shareCopies(manifest, { esm, cjs }) {
  requireSame(esm, cjs);
  const digest = createHash('sha256')
    .update(
      esm
        .filter(isChunk)
        .map(({ code }) => code)
        .join(''),
    )
    .digest('hex')
    .slice(0, 12);
  for (const chunk of esm.filter(isChunk).filter(isShared)) {
    const place = JSON.stringify(`${manifest.name}@${manifest.version} ${chunk.name} ${digest}`);
    const imported = importedNames(chunk, manifest);
    shareModule(chunk, place, imported);
    shareCommonJs(
      cjs.find(({ fileName }) => fileName === chunk.fileName),
      place,
      imported,
    );
  }
  const runtime = (end) => ({
    type: 'chunk',
    fileName: RUNTIME.fileName,
    code: `${RUNTIME.body}${end}\n`,
  });
  return {
    esm: [...esm, runtime('export { oneCopy };')],
    cjs: [...cjs, runtime('exports.oneCopy = oneCopy;')],
  };
}
