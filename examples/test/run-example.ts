import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
  type WireServerOptions,
} from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';

const EXAMPLES = fileURLToPath(new URL('../src/', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** Runs an example in its own process, as a user does, and returns its output. */
export function runExample(name: string, environment: Environment, cwd: string): Promise<string> {
  const tsx = import.meta.resolve('tsx');
  const flags = ['--conditions=@cached-llm/source', '--import', tsx];
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...flags, `${EXAMPLES}${name}.ts`], {
    env: { PATH, NODE_NO_WARNINGS: '1', ...environment },
    cwd,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += String(text);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}

export interface ExampleRuns {
  readonly server: WireServer;
  /** The path of the folder in which the examples of one test run. */
  readonly folder: string;
  run(name: string, environment?: Environment): Promise<string>;
}

const forOpenAI = (url: string): Environment => ({
  OPENAI_API_KEY: 'sk-none',
  OPENAI_BASE_URL: `${url}/v1`,
});

/** Gives the tests of a file one server, and each of them an empty folder to run examples in. */
export function exampleRuns(
  answer: WireServerOptions['answer'] & object,
  environmentFor: (url: string) => Environment = forOpenAI,
): ExampleRuns {
  let server: WireServer;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    server = await startWireServer({ answer });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    server.reset();
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());
  return {
    get server() {
      return server;
    },
    get folder() {
      return folder.path;
    },
    run: (name, environment = {}) =>
      runExample(name, { ...environmentFor(server.url), ...environment }, folder.path),
  };
}
