export { type InstallOptions, installNative, type NativeInstall } from './install/install-native';
export { type HashedWheel, type NativeSpace, nativeSpace } from './install/installation';
export { findGpu, type Gpu, type GpuPlaces } from './install/machine';
export { type InstallCode, InstallError, type InstallEvent, type InstallPhase } from './install/problem';
export { type Removal, RemoveError, type RemoveOptions, removeNative } from './install/remove-native';
export { type FinderOptions, type FindNativeOptions, findNative } from './packages';
export { listBackends, type UseBackendOptions, useBackend } from './use-backend';
export type { WebGpuOptions } from './webgpu/adapters';
