// A page that loads a trained detector from a URL and looks at photos, with nothing but this on the server:
//
//   index.html?bundle=URL[&image=URL][&vgg19=URL]
//
// `bundle` is the folder that `saveBundle` or `utad train` wrote; `vgg19`, a folder with weights_manifest.json, is needed
// where the bundle was not made with random weights.
import * as tf from '@tensorflow/tfjs';
import { vgg19, weightsFromManifest } from '@utad/features';
import { imagesFrom, open } from '@utad/pipeline';

/** @template {Element} T @param {string} id @param {new () => T} type @returns {T} */
function element(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`expected an element ${id} in the page`);
}
const result = element('result', HTMLOutputElement);
const photo = element('photo', HTMLInputElement);
const parameters = new URLSearchParams(location.search);

/** @param {string} folder */
async function vgg19From(folder) {
  const bytes = async (/** @type {string} */ path) =>
    new Uint8Array(await (await fetch(`${folder}/${path}`)).arrayBuffer());
  return weightsFromManifest(vgg19, await (await fetch(`${folder}/weights_manifest.json`)).json(), bytes);
}

async function start() {
  await tf.ready();
  const weights = parameters.get('vgg19');
  const options = weights === null ? {} : { assets: { vgg19: await vgg19From(weights) } };
  const opened = await open(parameters.get('bundle') ?? 'bundle', options);
  const { detector, thresholds } = opened;

  /** @param {HTMLImageElement} image */
  async function look(image) {
    const [prediction] = await opened.predict(image);
    if (prediction === undefined) return;
    const { score, anomalous, map, mapSize } = prediction;
    draw('picture', (await imagesFrom(image, detector.inputSize)).data, detector.inputSize);
    // At the threshold of pixels the map is half as bright as it can be.
    const brightness = Uint8Array.from(map, (value) =>
      Math.round(Math.min(1, value / (2 * thresholds.pixel)) * 255),
    );
    draw('map', brightness, mapSize);
    result.dataset.score = String(score);
    result.textContent = `${anomalous ? 'anomalous' : 'good'}: score ${score.toPrecision(4)}, threshold ${thresholds.image.toPrecision(4)}`;
  }

  photo.disabled = false;
  photo.onchange = () => {
    const [file] = photo.files ?? [];
    if (file) look(imageAt(URL.createObjectURL(file))).catch(failed);
  };
  result.textContent = `ready on ${tf.getBackend()}`;
  const first = parameters.get('image');
  if (first !== null) await look(imageAt(first));
}

/** @param {string} url */
const imageAt = (url) => Object.assign(new Image(), { crossOrigin: 'anonymous', src: url });

/** @param {string} id @param {Uint8Array} bytes RGB or grey @param {readonly [height: number, width: number]} size */
function draw(id, bytes, [height, width]) {
  const canvas = element(id, HTMLCanvasElement);
  Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  const channels = bytes.length / (width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red = 0, green = red, blue = red] = bytes.subarray(pixel * channels, (pixel + 1) * channels);
    picture.data.set([red, green, blue, 255], pixel * 4);
  }
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
}

/** @param {unknown} error */
function failed(error) {
  result.dataset.error = '';
  result.textContent = String(error);
}

start().catch(failed);
