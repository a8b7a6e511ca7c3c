import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zip } from '../zip';
import type { OfferedWheel } from './package-index';

const HEADER = `#pragma once
#ifdef __cplusplus
extern "C" {
#endif
const char* TF_Version(void);
/* The first of the libraries of CUDA that cannot be opened by its name, or an empty text. */
const char* UTAD_MissingCuda(void);
#ifdef __cplusplus
}
#endif
`;

/** As TensorFlow does, it opens CUDA's libraries by their bare names while it runs, and is not linked to them. */
const TENSORFLOW = `#include <dlfcn.h>
extern const char* framework(void);
const char* TF_Version(void) { return framework(); }
const char* UTAD_MissingCuda(void) {
  static const char* names[] = {"libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9",
    "libcufft.so.11", "libcusolver.so.11", "libcusparse.so.12", "libnccl.so.2", "libcupti.so.12"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; ++i) {
    if (!dlopen(names[i], RTLD_LAZY)) return names[i];
  }
  return "";
}
`;

/** NVIDIA's wheels for CUDA 12: the library of each, and what it needs of others. */
const NVIDIA = [
  {
    project: 'nvidia-cublas-cu12',
    component: 'cublas',
    libraries: ['libcublasLt.so.12', 'libcublas.so.12 libcublasLt.so.12'],
  },
  { project: 'nvidia-cuda-cupti-cu12', component: 'cuda_cupti', libraries: ['libcupti.so.12'] },
  { project: 'nvidia-cuda-nvcc-cu12', component: 'cuda_nvcc', libraries: [] },
  { project: 'nvidia-cuda-nvrtc-cu12', component: 'cuda_nvrtc', libraries: ['libnvrtc.so.12'] },
  { project: 'nvidia-cuda-runtime-cu12', component: 'cuda_runtime', libraries: ['libcudart.so.12'] },
  {
    project: 'nvidia-cudnn-cu12',
    component: 'cudnn',
    // A part of cuDNN that nothing but cuDNN knows of.
    libraries: ['libcudnn_graph.so.9', 'libcudnn.so.9 libcudnn_graph.so.9'],
  },
  { project: 'nvidia-cufft-cu12', component: 'cufft', libraries: ['libcufft.so.11'] },
  { project: 'nvidia-curand-cu12', component: 'curand', libraries: ['libcurand.so.10'] },
  { project: 'nvidia-nvjitlink-cu12', component: 'nvjitlink', libraries: ['libnvJitLink.so.12'] },
  {
    project: 'nvidia-cusparse-cu12',
    component: 'cusparse',
    libraries: ['libcusparse.so.12 libnvJitLink.so.12'],
  },
  {
    project: 'nvidia-cusolver-cu12',
    component: 'cusolver',
    libraries: ['libcusolver.so.11 libcublas.so.12 libcusparse.so.12'],
  },
  { project: 'nvidia-nccl-cu12', component: 'nccl', libraries: ['libnccl.so.2'] },
] as const;

/** What TensorFlow's own wheel of 2.21 says that it needs. */
const CUDA_METADATA = `Requires-Dist: numpy>=1.26.0
Provides-Extra: and-cuda
${NVIDIA.map(({ project }) => `Requires-Dist: ${project}<99.0,>=1.2.3; extra == "and-cuda"`).join('\n')}
`;

/** A shared library in a folder; a name after the first is one that it needs from the same folder. */
function compile(folder: string, names: string, source: string, options: readonly string[] = []): Buffer {
  const [file = '', ...needed] = names.split(' ');
  const wants = needed.length > 0 ? ['-Wl,--no-as-needed', ...needed.map((name) => `-l:${name}`)] : [];
  execFileSync(
    'gcc',
    [
      '-shared',
      '-fPIC',
      '-o',
      join(folder, file),
      `-Wl,-soname,${file}`,
      '-x',
      'c',
      '-',
      '-x',
      'none',
      `-L${folder}`,
      ...wants,
      ...options,
    ],
    { input: source },
  );
  return readFileSync(join(folder, file));
}

function wheel(
  project: string,
  version: string,
  content: Record<string, string | Buffer>,
  metadata = '',
): OfferedWheel {
  const name = project.replaceAll('-', '_');
  const info = `${name}-${version}.dist-info`;
  return {
    // A build number: the file must not have the name of a wheel whose hash is known.
    file: `${name}-${version}-1-py3-none-any.whl`,
    bytes: zip({
      ...content,
      [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${metadata}`,
      [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n',
      [`${info}/RECORD`]: '',
    }),
  };
}

/** The wheel of a TensorFlow that can tell its version, and look for CUDA, and nothing else. */
export function tensorflowWheel(
  folder: string,
  project: 'tensorflow' | 'tensorflow-cpu',
  version = '2.21.0',
): OfferedWheel {
  const framework = compile(
    folder,
    'libtensorflow_framework.so.2',
    `const char* framework(void) { return "${version}"; }`,
  );
  const library = compile(folder, 'libtensorflow_cc.so.2 libtensorflow_framework.so.2', TENSORFLOW, [
    '-Wl,-rpath,$ORIGIN',
  ]);
  return wheel(
    project,
    '2.21.0',
    {
      'tensorflow/libtensorflow_cc.so.2': library,
      'tensorflow/libtensorflow_framework.so.2': framework,
      'tensorflow/include/tensorflow/c/c_api.h': HEADER,
      'tensorflow/__init__.py': '',
    },
    CUDA_METADATA,
  );
}

/** NVIDIA's wheels, their libraries empty but for what they need of one another. */
export function nvidiaWheels(folder: string): OfferedWheel[] {
  return NVIDIA.map(({ project, component, libraries }) => {
    const content: Record<string, string | Buffer> = { 'nvidia/__init__.py': '' };
    for (const names of libraries) {
      const file = names.split(' ')[0] ?? '';
      const symbol = file.replace(/\W/g, '_');
      content[`nvidia/${component}/lib/${file}`] = compile(
        folder,
        names,
        `int ${symbol}(void) { return 1; }`,
      );
    }
    if (component === 'cuda_nvcc') content['nvidia/cuda_nvcc/bin/ptxas'] = '#!/bin/sh\n';
    return wheel(project, '12.3.4', content);
  });
}
