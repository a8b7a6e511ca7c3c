import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const alias = [
  { find: '@utad/runtime/conformance', replacement: at('../packages/runtime/src/conformance/index.ts') },
  { find: /^@utad\/([^/]+)\/node$/, replacement: `${at('../packages')}/$1/src/node/index.ts` },
  { find: /^@utad\/([^/]+)$/, replacement: `${at('../packages')}/$1/src/index.ts` },
];

/** The software renderer that Chromium's packages bring, beside a Vulkan loader. */
const DRIVER = 'vk_swiftshader_icd.json';
const FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/**
 * What a process needs in its environment to find a Vulkan driver: nothing where one is named already, else that of an
 * installed Chromium. The dynamic loader reads its path when a process starts, so it must be there before.
 */
function vulkan(): Record<string, string> {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, CHROME_PATH, LD_LIBRARY_PATH } = process.env;
  if (VK_ICD_FILENAMES || VK_DRIVER_FILES) return {};
  const beside = CHROME_PATH && existsSync(CHROME_PATH) ? [dirname(realpathSync(CHROME_PATH))] : [];
  const folder = [...beside, ...FOLDERS].find((candidate) => existsSync(join(candidate, DRIVER)));
  if (!folder) return {};
  const libraries = [folder, LD_LIBRARY_PATH].filter((path) => path).join(':');
  return { VK_ICD_FILENAMES: join(folder, DRIVER), LD_LIBRARY_PATH: libraries };
}

const project = (name: string) => ({
  resolve: { alias },
  test: {
    name,
    root: at('.'),
    include: [`${name}/*.test.ts`],
    env: vulkan(),
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: 'forks' as const,
  },
});

export default defineConfig({ test: { projects: [project('webgpu'), project('browser')] } });
