const { fits: _fits, dependencies } = require('./package.json');

/** What can be loaded of our packages. */
exports.NAMES = [
  ...Object.keys(dependencies).filter((name) => /^(@cached-llm\/|cached-llm$)/.test(name)),
  '@cached-llm/core/adapter',
  '@cached-llm/core/store',
];
/** Their SDKs have classes of their own in each build, so that they are two, each with its own. */
exports.BOUND = ['anthropic', 'bedrock', 'google', 'langchain', 'mistral', 'otel'].map(
  (name) => `@cached-llm/${name}`,
);
