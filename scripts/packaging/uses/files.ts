import {
  decodeSafetensors,
  encodeSafetensors,
  HttpError,
  httpStore,
  SafetensorsError,
  sha256,
} from '@utad/files';

async function main(): Promise<void> {
  const bytes = encodeSafetensors(new Map([['mean', { data: Float32Array.of(1, 2), shape: [2] }]]));
  console.log(decodeSafetensors(bytes).tensors.get('mean')?.data[1]); // 2
  console.log(sha256('abc').slice(0, 8)); // ba7816bf
  try {
    decodeSafetensors(bytes.subarray(0, 40));
  } catch (error) {
    console.log(error instanceof SafetensorsError && error.code); // size
  }
  const store = httpStore('https://example.org/set/', { manifest: 'list.json', filesOf: () => new Map() });
  try {
    await store.replace(new Map());
  } catch (error) {
    console.log(error instanceof HttpError && error.code); // read-only
  }
}
void main();
