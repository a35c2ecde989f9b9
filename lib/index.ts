export { type AlarmProps } from './alarms';
export {
  IdentityProvider,
  UserDeletion,
  type ConnectionProps,
  type TokenRotationProps,
} from './connection-props';
export { type FailureMailProps } from './failure-mail';
export { FailureKind } from './metrics';
export { ScimAccess } from './scim-access';
export { type ScimFunctions } from './scim-functions';
export { ScimServiceProvider } from './scim-service-provider';
export { type DomainProps, type ScimServiceProviderProps } from './scim-service-provider-props';
