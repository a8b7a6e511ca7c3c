// A page that loads a trained detector from a URL and looks at photos, with nothing but this on the server:
//
//   index.html?bundle=URL[&image=URL][&vgg19=URL]
//
// `bundle` is the folder that `saveBundle` or `utad train` wrote; `vgg19`, a folder with weights_manifest.json, is needed
// where the bundle was not made with random weights.
import * as tf from '@tensorflow/tfjs';
import { disposePrediction, imagesFrom } from '@utad/detector';
import { vgg19WeightsFromManifest } from '@utad/perceptual/load';
import { load } from '@utad/two-stage';

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
  return vgg19WeightsFromManifest(await (await fetch(`${folder}/weights_manifest.json`)).json(), bytes);
}

async function start() {
  await tf.ready();
  const weights = parameters.get('vgg19');
  const options = weights === null ? {} : { vgg19: await vgg19From(weights) };
  const { detector, manifest } = await load(parameters.get('bundle') ?? 'bundle', options);

  /** @param {HTMLImageElement} image */
  async function look(image) {
    const images = await imagesFrom(image, detector.inputSize);
    const prediction = detector.predict(images);
    const [score = Number.NaN] = await prediction.score.data();
    await draw('picture', images.squeeze());
    // At the threshold of pixels the map is half as bright as it can be.
    await draw(
      'map',
      prediction.anomalyMap
        .squeeze()
        .div(2 * manifest.thresholds.pixel)
        .clipByValue(0, 1),
    );
    disposePrediction(prediction);
    images.dispose();
    result.dataset.score = String(score);
    result.textContent = `${score >= manifest.thresholds.image ? 'anomalous' : 'good'}: score ${score.toPrecision(4)}, threshold ${manifest.thresholds.image.toPrecision(4)}`;
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

/** @param {string} id @param {tf.Tensor} values frees them */
async function draw(id, values) {
  await tf.browser.toPixels(
    /** @type {tf.Tensor2D | tf.Tensor3D} */ (values),
    element(id, HTMLCanvasElement),
  );
  values.dispose();
}

/** @param {unknown} error */
function failed(error) {
  result.dataset.error = '';
  result.textContent = String(error);
}

start().catch(failed);
