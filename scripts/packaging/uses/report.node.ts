import { heatmap, ReportError } from '@utad/report';

async function main(): Promise<void> {
  const png = await heatmap(new Float32Array([0, 0.1, 0.2, 0.9]), [2, 2], [0, 1]);
  console.log([...png.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join('')); // PNG
  try {
    await heatmap(new Float32Array(3), [2, 2], [0, 1]);
  } catch (error) {
    console.log(error instanceof ReportError); // true
  }
}
void main();
