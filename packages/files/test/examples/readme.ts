import { decodeSafetensors, encodeSafetensors, sha256 } from '@utad/files';

const mean = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
const bytes = encodeSafetensors(new Map([['mean', mean]]), { made: 'by hand' });
const { tensors, metadata } = decodeSafetensors(bytes);
console.log(tensors.get('mean')?.shape, metadata.made); // [ 2, 2 ] by hand
console.log(sha256('abc').slice(0, 8)); // ba7816bf
