import { synthesize } from '@utad/synthetic';

const data = synthesize({ category: 'washer', split: 'test', count: 10, size: [64, 64], seed: 0 });
console.log(data.count); // 20
const { id, label, image, mask } = data.record(10);
console.log(id, label, image.length); // test/scratch/000 1 12288
const defective = mask?.reduce((sum, value) => sum + value, 0);
console.log(`${defective} of ${mask?.length} pixels are scratched`); // 124 of 4096 pixels are scratched
