export { ScimServiceProvider, type ScimServiceProviderProps } from './scim-service-provider';
