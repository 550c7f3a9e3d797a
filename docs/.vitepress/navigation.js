// The pages of the site, in the order in which the sidebar shows them. Add a page of docs/ to this list when you write it.
// A test fails where a page of docs/ is missing here. The packages and the reference are added by `site.js`.
// Start reading at the first section: it is what a new user reads first.

/** A section lists its pages, or names a folder whose pages are shown in the order of their names. */
export const SECTIONS = [
  { title: 'Start', pages: ['README.md'] },
  {
    title: 'Guides',
    pages: [
      'docs/guides/getting-started.md',
      'docs/guides/keys.md',
      'docs/guides/what-is-stored.md',
      'docs/guides/streams.md',
      'docs/guides/embeddings.md',
      'docs/guides/stores.md',
      'docs/guides/tenants-and-secrets.md',
      'docs/guides/tests-and-evals.md',
      'docs/guides/any-language.md',
      'docs/guides/proxy-in-production.md',
      'docs/guides/production.md',
      'docs/guides/costs-and-statistics.md',
      'docs/guides/keeping-a-store-small.md',
      'docs/guides/studio.md',
      'docs/guides/writing-an-adapter.md',
      'docs/guides/writing-a-store.md',
      'docs/guides/troubleshooting.md',
      'docs/guides/faq.md',
      'docs/guides/comparison.md',
    ],
  },
  { title: 'Recipes', folder: 'docs/guides/recipes' },
  { title: 'Migrating', folder: 'docs/guides/migrating' },
  {
    title: 'Background',
    pages: [
      'docs/runtimes.md',
      'docs/what-is-counted.md',
      'packages/core/docs/operations.md',
      'packages/core/docs/trust.md',
      'docs/architecture.md',
    ],
  },
  {
    title: 'Project',
    pages: ['CHANGELOG.md', 'docs/versioning.md', 'SECURITY.md', 'CONTRIBUTING.md'],
  },
];
