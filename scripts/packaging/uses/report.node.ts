import { ReportError } from '@utad/report';
import { GalleryBuilder, heatmap } from '@utad/report/node';

async function main(): Promise<void> {
  const png = await heatmap(new Float32Array([0, 0.1, 0.2, 0.9]), [2, 2], [0, 1]);
  console.log([...png.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join('')); // PNG
  const gallery = new GalleryBuilder({ pixelThreshold: 0.5, imageThreshold: 0.5 });
  await gallery.add({
    id: 'one',
    defectType: 'good',
    label: 0,
    score: 0.7,
    size: [1, 1],
    images: [{ name: 'input', symbol: 'x', pixels: new Uint8Array(3) }],
    maps: [{ name: 'map', group: 'total', values: new Float32Array(1) }],
  });
  console.log(gallery.build().images[0]?.verdict); // false alarm
  try {
    await heatmap(new Float32Array(3), [2, 2], [0, 1]);
  } catch (error) {
    console.log(error instanceof ReportError); // true
  }
}
void main();
