import { defineConfig } from 'tsup';
import { library } from '../../tsup.base';

const entry = { index: 'src/index.ts', node: 'src/node/index.ts' };
// Without it TypeScript knows no Symbol.asyncDispose in a project with `lib: ES2022`.
const banner = '/// <reference lib="esnext.disposable" />';

export default defineConfig({ ...library(entry), dts: { entry, banner } });
