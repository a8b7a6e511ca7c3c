import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The source of every entry of code that a package exports: `./node` is `src/node/index.ts`; `./package.json` is a file. */
const entries = readdirSync(at('packages')).flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(at(`packages/${name}/package.json`), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => !entry.includes('.', 1))
    .map((entry) => `packages/${name}/src${entry.slice(1)}/index.ts`);
});

/** One site for all packages. `npm run docs` checks and writes it; `npm run docs -- --emit none` checks alone. */
export default {
  name: 'utad',
  plugin: [at('scripts/docs/plugin.mjs')],
  tsconfig: 'scripts/docs/tsconfig.json',
  entryPoints: entries,
  readme: 'scripts/docs/home.md',
  out: 'docs/api',
  navigation: { includeGroups: false, includeCategories: false },
  hideGenerator: true,
  // `npm run typecheck` finds errors of types.
  skipErrorChecking: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  // The plugin says what has to be exported and documented.
  validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
