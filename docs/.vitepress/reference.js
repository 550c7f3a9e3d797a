// The pages of the reference: one for each entry of each public package, from the docstrings of its sources.
// It never shows a name that users cannot import: what an entry does not export is not on its page.
// Start reading in `writeReference`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { entries, ROOT } from './site.js';

const TABLES = Object.fromEntries(
  [
    'parametersFormat',
    'interfacePropertiesFormat',
    'classPropertiesFormat',
    'typeAliasPropertiesFormat',
    'propertyMembersFormat',
    'typeDeclarationFormat',
  ].map((name) => [name, 'table']),
);

const OPTIONS = {
  entryPoints: entries.map(({ source }) => join(ROOT, source)),
  basePath: ROOT,
  tsconfig: join(ROOT, '.config/tsconfig.check.json'),
  skipErrorChecking: true, // `pnpm typecheck` does that
  readme: 'none',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeExternals: true, // what a class inherits from an SDK or from Node.js is described there
  validation: { notExported: false, notDocumented: false, invalidLink: true },
  sort: ['kind', 'alphabetical'],
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables'],
  logLevel: 'Warn',
  plugin: ['typedoc-plugin-markdown'],
  router: 'module',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandParameters: true,
  useHTMLEncodedBrackets: true,
  sanitizeComments: true,
  tableColumnSettings: {
    hideDefaults: false,
    hideInherited: true,
    hideModifiers: true,
    hideOverrides: true,
    hideSources: true,
  },
  ...TABLES,
};

/** Each module gets the name of its page, which is also the name of its file. */
function nameThings({ project }) {
  for (const module of project.children) {
    const entry = entries.find(
      ({ source }) => source.replace(/(\/index)?\.ts$/, '') === module.name,
    );
    module.name = entry.page;
  }
  nameParameters(project);
}

/** A parameter that is taken apart has no name of its own: it gets the last word of its type's. */
function nameParameters(project) {
  const parameters = project.getReflectionsByKind(ReflectionKind.Parameter);
  for (const parameter of parameters.filter(({ name }) => name.startsWith('__'))) {
    const [word = 'options'] = /[A-Z][a-z]+$/.exec(parameter.type?.name ?? '') ?? [];
    parameter.name = word.toLowerCase();
  }
}

/** The exports without a docstring. A name that another entry also exports is described there. */
const silentExports = (project) =>
  project.children.flatMap((module) =>
    module.children
      .filter(({ variant }) => variant !== 'reference')
      .filter(({ comment, signatures = [] }) =>
        [comment, ...signatures.map((signature) => signature.comment)].every(
          (each) => each === undefined,
        ),
      )
      .map(({ name }) => `${module.name}: ${name} has no docstring`),
  );

/** There is no file to edit, and `style.css` has rules for these pages. */
const FRONT = '---\neditLink: false\npageClass: reference\n---\n';

/** Headings that say what is below and name nothing. As bold words they are in no outline and in no result of a search. */
const PLAIN =
  /^#{3,6} (Parameters|Returns|Throws|Properties|Methods|Accessors|Constructors|Extends|Extended by|Implements|Overrides|Type Parameters|Type Declaration|Default|Call Signature|See|Example)$/gm;

/** TypeDoc's page, shorter: without tables that repeat a signature, and with the names of members one level up. */
const shortened = (text) =>
  text
    .replaceAll(/^#{3,6} Type Parameters\n\n\| Type Parameter \|\n\| -+ \|\n(?:\|.*\n)+\n?/gm, '')
    .replaceAll(/^#{3,6} (Returns|Throws)\n\n(?=\S)/gm, '**$1** ')
    .replaceAll(/^#{3,6} Default\n\n```ts\n([^\n`]+)\n```/gm, '**Default** `$1`')
    .replaceAll(PLAIN, '**$1**')
    .replaceAll(/^#(#{4} )/gm, '$1');

function finish(pages, { name, page, source }) {
  const path = join(pages, `${page}.md`);
  const [, ...body] = readFileSync(path, 'utf8').split('\n');
  const text = shortened(body.join('\n'));
  const folder = source.split('/')[1];
  const start = `What \`${name}\` exports. [The README of the package](../packages/${folder}.md) says how to use it.`;
  writeFileSync(path, `${FRONT}\n# ${name}\n\n${start}\n${text}`);
}

const index = () => `${FRONT}
# Reference

Each page describes what one entry of a package exports, from the comments of its source.

${entries.map(({ name, page }) => `- [\`${name}\`](${page}.md)`).join('\n')}
`;

/** Writes the pages into a folder. Throws where a docstring links to nothing. */
export async function writeReference(folder) {
  const app = await Application.bootstrapWithPlugins({
    ...OPTIONS,
    outputs: [{ name: 'markdown', path: folder }],
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, nameThings);
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the sources.');
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('The docstrings have faults, which are printed above.');
  const silent = silentExports(project);
  if (silent.length > 0) throw new Error(silent.join('\n'));
  for (const entry of entries) finish(folder, entry);
  writeFileSync(join(folder, 'index.md'), index());
  return readdirSync(folder).length;
}
