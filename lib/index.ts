export { type FailureMailProps } from './failure-mail';
export { ScimServiceProvider, type ScimServiceProviderProps } from './scim-service-provider';
