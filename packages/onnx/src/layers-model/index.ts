export {
  type AddLayersModelOptions,
  addLayersModel,
  type LayerCall,
  type LayerConverter,
  toChannelsFirst,
  toChannelsLast,
} from './add-layers-model';
