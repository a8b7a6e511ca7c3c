import { floatTiff } from '@utad/report';
import { heatmap, overlay } from '@utad/report/node';

const size = [2, 2] as const;
const map = new Float32Array([0, 0.1, 0.2, 0.9]);
const picture = await heatmap(map, size, [0, 1]); // a PNG, black to pale yellow
const segmentation = Uint8Array.from(map, (value) => Number(value >= 0.5));
const marked = await overlay(new Uint8Array(12), size, { segmentation, scale: 64 }); // its lower right in orange
const widthOf = (png: Uint8Array) => Buffer.from(png).readUInt32BE(16);
console.log(widthOf(picture), widthOf(marked)); // 2 128
console.log(floatTiff(map, size).length); // 152
