export { readVgg19Weights } from './read-vgg19-weights';
