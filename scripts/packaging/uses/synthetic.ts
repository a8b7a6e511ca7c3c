import { SyntheticError, synthesize, withDefects } from '@utad/synthetic';

const data = synthesize({ category: 'washer', split: 'test', count: 10, size: [64, 64], seed: 0 });
const { id, label, image, mask } = data.record(10);
console.log(id, label, image.length); // test/scratch/000 1 12288
console.log(mask?.reduce((sum, value) => sum + value, 0)); // 124
try {
  data.record(20);
} catch (error) {
  console.log(error instanceof SyntheticError && error.code); // invalid-option
}
const good = synthesize({ category: 'tile', split: 'train', count: 4 });
const { entries } = withDefects(good, { defects: ['scratch'] });
console.log(entries.map(({ defectType }) => defectType).join(' ')); // good good scratch scratch
