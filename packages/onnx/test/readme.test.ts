import { it } from 'vitest';
import { expectReadmeExample } from '../../../scripts/testing/readme-example';

it('has an example that runs and prints what it promises', async () => {
  await expectReadmeExample(new URL('../', import.meta.url));
});
