import { BackendUnavailableError, isBackendName } from '@utad/runtime';

console.log(isBackendName('cpu'), isBackendName('abacus')); // true false
const error = new BackendUnavailableError('wasm', 'not there');
console.log(error.message); // backend wasm cannot be used: not there
