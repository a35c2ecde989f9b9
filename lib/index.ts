export { type AlarmProps } from './monitoring/alarm-props';
export {
  IdentityProvider,
  UserDeletion,
  type ConnectionProps,
  type RateLimitProps,
  type TokenRotationProps,
} from './connections/connection-props';
export { type FailureMailProps } from './functions/failure-mail';
export { FailureKind } from './monitoring/metrics';
export { ScimAccess } from './api/scim-access';
export { type ScimFunctions } from './functions/scim-functions';
export { ScimServiceProvider } from './scim-service-provider';
export { type DomainProps, type ScimServiceProviderProps } from './scim-service-provider-props';
