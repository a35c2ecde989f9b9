export { type FailureMailProps } from './failure-mail';
export { type ScimFunctions } from './scim-functions';
export { ScimServiceProvider } from './scim-service-provider';
export { type DomainProps, type ScimServiceProviderProps } from './scim-service-provider-props';
