// What knip may call unused: everything that no entry leads to. Entries are what something outside the imports starts:
// published entries, programs, tests, examples, and the scripts that people and continuous checks run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The sources of what a package's manifest names by its build: `dist/node.js` is made of `src/node/index.ts`. */
function publishedEntries(folder) {
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const builds = JSON.stringify(exports ?? {}).matchAll(/"\.\/dist\/([\w/-]+)\.js"/g);
  return [...new Set([...builds].map(([, name]) => name))].map(
    (name) =>
      [`src/${name}.ts`, `src/${name}/index.ts`].find((path) => existsSync(join(root, folder, path))) ?? name,
  );
}

const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

/** Dependencies that code names in a string, because a user's project may have them or not. */
const LOOKED_UP = {
  'packages/runtime': [
    'node-gyp',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgpu',
    'webgpu',
  ],
};

export default {
  workspaces: {
    '.': {
      entry: [
        'scripts/*.mjs',
        'scripts/checks/{audit,house,licences,lines}.mjs',
        'scripts/**/*.test.mjs',
        'scripts/docs/*.mjs',
        'scripts/packaging/{check,same-build,as-a-worker,side-effects}.mjs',
        'scripts/rehearsals/{full-disk,kill-loop}.mjs',
      ],
      // `uses` are copied into projects of their own, which have the packages installed.
      project: ['*.{ts,js}', 'scripts/**/*.{ts,mjs}', '!scripts/packaging/uses/**'],
      ignoreDependencies: [
        // Makes `npx utad` the workspace's own.
        'utad',
        // Called by name: `npx pnpm`, and by turbo.
        'pnpm',
      ],
    },
    ...Object.fromEntries(
      packages.map((folder) => [
        folder,
        {
          entry: [
            ...publishedEntries(folder),
            'test/**/*.test.ts',
            'test/examples/*.ts',
            '{bench,scripts}/*.mjs',
          ],
          project: ['**/*.{ts,mjs}'],
          ignoreDependencies: LOOKED_UP[folder] ?? [],
        },
      ]),
    ),
    'apps/*': {
      entry: ['bin/*.js', 'src/main.ts', 'test/**/*.test.ts'],
      project: ['{src,bin,test}/**/*.{ts,js}'],
      // For @utad/runtime to find, where there is no native TensorFlow.
      ignoreDependencies: ['@tensorflow/tfjs-backend-wasm'],
    },
    examples: {
      entry: ['**/*.mjs', 'test/**/*.test.ts'],
      // A test builds it into a page.
      ignoreDependencies: ['@utad/onnx'],
    },
    weights: { entry: ['src/{train,judge}.ts', 'test/**/*.test.ts'] },
    e2e: { entry: ['**/*.test.ts', '**/*-program.ts', 'browser/*.ts'] },
  },
  // Programs of the operating system that tests start.
  ignoreBinaries: ['gcc', 'mkfifo', 'mount', 'umount'],
};
