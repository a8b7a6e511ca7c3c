import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { train: 'src/train.ts', judge: 'src/judge.ts' },
  format: 'esm',
  target: 'es2022',
  clean: true,
});
