export { folderStore } from './folder-store/folder-store';
