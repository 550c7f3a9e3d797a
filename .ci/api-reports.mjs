// api-reports [--write]: what core shows to others, entry by entry, as a text that is checked in: packages/core/api/*.api.md.
// Without --write, a face that differs from its report fails. Needs the declarations that `pnpm build` makes.
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const folder = resolve('packages/core');
const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const entries = Object.entries(exports).filter(([, { import: built } = {}]) => built !== undefined);
const isWriting = process.argv.includes('--write');
mkdirSync(join(folder, 'api'), { recursive: true });
const silent = { default: { logLevel: ExtractorLogLevel.None } };

const configurationOf = (name, types) => ({
  projectFolder: folder,
  newlineKind: 'lf',
  mainEntryPointFilePath: join(folder, types),
  compiler: { tsconfigFilePath: join(folder, 'tsconfig.json'), skipLibCheck: true },
  apiReport: {
    enabled: true,
    reportFileName: name,
    reportFolder: join(folder, 'api'),
    reportTempFolder: join(folder, 'dist', 'api'),
  },
  docModel: { enabled: false },
  dtsRollup: { enabled: false },
  messages: {
    // Types that an export refers to are reached through it; docstrings are read by people and editors.
    extractorMessageReporting: silent,
    tsdocMessageReporting: silent,
    compilerMessageReporting: silent,
  },
});

let isSame = true;
for (const [
  entry,
  {
    import: { types },
  },
] of entries) {
  const name = entry === '.' ? 'core' : entry.replace('./', '');
  const configObject = configurationOf(name, types);
  const configuration = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(configuration, {
    localBuild: isWriting,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  if (apiReportChanged) {
    isSame = isSame && isWriting;
    console.log(`packages/core/api/${name}.api.md ${isWriting ? 'is written' : 'is another'}`);
  }
}
if (!isSame) {
  console.error(
    'Look at the change, then write the reports anew: node .ci/api-reports.mjs --write',
  );
  process.exitCode = 1;
}
