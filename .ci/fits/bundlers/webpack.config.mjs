import { resolve } from 'node:path';

/** The client of Redis names packages that need not be there; ours have nothing to warn of. */
const failOnWarnings = {
  apply(compiler) {
    compiler.hooks.done.tap('failOnWarnings', ({ compilation }) => {
      const ours = compilation.warnings.filter(({ module }) =>
        /@cached-llm|handler\.ts/.test(module?.identifier()),
      );
      if (ours.length > 0) throw new Error(ours.map(({ message }) => message).join('\n'));
    });
  },
};

export default {
  mode: 'production',
  target: 'node20',
  entry: './handler.ts',
  output: {
    path: resolve('out/webpack'),
    filename: 'handler.cjs',
    library: { type: 'commonjs2' },
    asyncChunks: false,
  },
  resolve: { extensions: ['.ts', '.js'] },
  module: { rules: [{ test: /\.ts$/, loader: 'ts-loader', options: { transpileOnly: true } }] },
  plugins: [failOnWarnings],
};
