export { userCacheFolder } from './cache-folder';
export type { FinderOptions } from './candidates';
export { findNative } from './find-native';
export { InstallError, type InstallEvent, type InstallPhase } from './install/events';
export { type InstallOptions, installNative, type NativeInstall } from './install/install-native';
export { listBackends } from './list-backends';
export { type UseBackendOptions, useBackend } from './use-backend';
