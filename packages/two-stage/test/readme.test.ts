import { it } from 'vitest';
import { expectInReadme, expectReadmeExample } from '../../../scripts/testing/readme-example';

it('has an example that runs and prints what it promises', async () => {
  await expectReadmeExample(new URL('../', import.meta.url));
});

it('shows training, saving, loading and predicting in one piece that runs', async () => {
  await expectInReadme(new URL('../', import.meta.url), 'whole-job.ts');
});
