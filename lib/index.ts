export { type AlarmProps } from './monitoring/alarm-props';
export {
  IdentityProvider,
  UserDeletion,
  type ConnectionProps,
  type RateLimitProps,
  type TokenRotationProps,
} from './connections/connection-props';
export { type TrustProps } from './connections/trust-props';
export { type EventsProps, type OnEventOptions } from './events/events-props';
export { type FailureMailProps } from './functions/failure-mail';
export { FailureKind } from './monitoring/metrics';
export { ScimAccess } from './api/scim-access';
export { type ScimFunctions } from './functions/scim-functions';
export { ScimServiceProvider } from './scim-service-provider';
export { type DomainProps } from './api/domain-props';
export { type NetworkProps } from './network/network-props';
export { VpcEndpointService } from './network/vpc-endpoint-service';
export {
  type BrandingProps,
  type ConsoleProps,
  type OidcProps,
  type PortalProps,
} from './pages/pages-props';
export {
  Assignments,
  ManagedBy,
  type OktaTypeOptions,
  type PresetOptions,
  type ResourceTypeProps,
  type ScimAttribute,
  type ScimSchema,
  type ScimSchemaExtension,
} from './resource-types/resource-type-props';
export { ScimResourceType } from './resource-types/scim-resource-type';
export { ScimSecurityEvents } from './security-events/scim-security-events';
export {
  StreamMode,
  type PushedStreamOptions,
  type StreamOptions,
} from './security-events/stream-options';
export { type ScimServiceProviderProps } from './scim-service-provider-props';
