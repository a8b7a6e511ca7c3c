import { type BackendName, CORRECTIONS, correctBackend, uncorrectBackend } from '@utad/runtime';
import { type ConformanceFault, type ConformanceResult, checkConformance } from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import { afterEach, describe, expect, it } from 'vitest';

/**
 * What is wrong with TensorFlow.js 4.22 when nothing is put right: on each backend, the ops and what of them. Found by
 * this suite, and first by comparing the backends with each other.
 */
const EVERYWHERE = ['mirrorPad gradient of x', 'tile gradient of x'];
const HALF_PIXEL = ['image.resizeBilinear gradient of x', 'image.resizeNearestNeighbor gradient of x'];
const DEFECTS: Readonly<Partial<Record<BackendName, { engine: string; defects: readonly string[] }>>> = {
  'tfjs-node': { engine: 'tensorflow', defects: [...EVERYWHERE, ...HALF_PIXEL] },
  wasm: {
    engine: 'wasm',
    defects: [
      ...EVERYWHERE,
      ...HALF_PIXEL,
      'conv2d gradient of filter',
      'conv2dTranspose gradient of filter',
      'fused.conv2d gradient of filter',
      // The gradients of a fused convolution without activation are computed together.
      'fused.conv2d gradient of x',
      'fused.conv2d gradient of bias',
      'gather gradient of x',
      'maxPool gradient of x',
      'unsortedSegmentSum forward',
      'unsortedSegmentSum gradient of x',
    ],
  },
  cpu: { engine: 'cpu', defects: [...EVERYWHERE, ...HALF_PIXEL] },
};

const seconds = { timeout: 120_000 };

const found = async () => {
  const { wrong } = await checkConformance();
  return [...new Set(wrong.map(({ op, what }) => `${op} ${what}`))].sort();
};

/** The first thing that is wrong; the rest is not waited for. */
async function firstFault(): Promise<ConformanceFault | undefined> {
  const controller = new AbortController();
  let first: ConformanceFault | undefined;
  const onResult = ({ fault }: ConformanceResult) => {
    if (fault === undefined || first !== undefined) return;
    first = fault;
    controller.abort();
  };
  try {
    await checkConformance({ onResult, signal: controller.signal });
  } catch (error) {
    if (first === undefined) throw error;
  }
  return first;
}

for (const [name, { engine, defects }] of Object.entries(DEFECTS)) {
  const refusal = await refusalOf(name);
  describe.skipIf(refusal !== undefined)(refusal ?? name, () => {
    afterEach(() => {
      correctBackend(engine);
    });

    it('has every defect that is known when nothing is put right, and no other', seconds, async () => {
      await useBackend({ backend: backendName(name) });
      uncorrectBackend(engine);
      expect(await found()).toEqual(defects.toSorted());
    });

    it('has none when corrected', seconds, async () => {
      await useBackend({ backend: backendName(name) });
      const { wrong, checked } = await checkConformance();
      expect(wrong.map(({ message }) => message)).toEqual([]);
      expect(checked).toBeGreaterThan(400);
    });

    it.each(
      CORRECTIONS.filter(
        ({ backend, defect }) => (backend === engine || backend === 'all') && defect !== 'slow',
      ),
    )('is wrong without the correction $name', seconds, async (correction) => {
      await useBackend({ backend: backendName(name) });
      correction.undo();
      expect(await firstFault()).toBeDefined();
    });
  });
}

function backendName(name: string): BackendName {
  if (name === 'tfjs-node' || name === 'wasm' || name === 'cpu') return name;
  throw new RangeError(`expected a backend of this test, received ${name}`);
}

/** Why a backend cannot be checked on this machine. */
async function refusalOf(name: string): Promise<string | undefined> {
  try {
    await useBackend({ backend: backendName(name) });
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'BackendUnavailableError') return error.message;
    throw error;
  }
}
