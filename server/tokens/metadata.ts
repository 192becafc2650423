/**
 * What clients' libraries look up (RFC 8414): where to ask, and which ways this platform speaks.
 *
 * @module
 */
import { DETAIL_TYPE } from '../../shared/consent/request.ts'
import { GRANT_CIBA, GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import { PROOF_ALGORITHMS } from './dpop.ts'

export const METADATA_PATH = '/.well-known/oauth-authorization-server'

const SIGNING = ['EdDSA', 'Ed25519', 'ES256']

export function metadata(publicUrl: string) {
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/authorize`,
    pushed_authorization_request_endpoint: `${publicUrl}/v1/par`,
    require_pushed_authorization_requests: true,
    token_endpoint: `${publicUrl}/v1/token`,
    revocation_endpoint: `${publicUrl}/v1/revoke`,
    introspection_endpoint: `${publicUrl}/v1/introspect`,
    grant_management_endpoint: `${publicUrl}/v1/grants`,
    grant_management_actions_supported: ['query', 'revoke'],
    backchannel_authentication_endpoint: `${publicUrl}/v1/ciba`,
    backchannel_token_delivery_modes_supported: ['poll'],
    backchannel_user_code_parameter_supported: false,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', GRANT_CIBA, GRANT_JWT_BEARER],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    authorization_details_types_supported: [DETAIL_TYPE],
    dpop_signing_alg_values_supported: [...PROOF_ALGORITHMS, 'Ed25519'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: SIGNING,
    revocation_endpoint_auth_methods_supported: ['private_key_jwt'],
    revocation_endpoint_auth_signing_alg_values_supported: SIGNING,
    introspection_endpoint_auth_methods_supported: ['private_key_jwt'],
    introspection_endpoint_auth_signing_alg_values_supported: SIGNING,
    service_documentation: `${publicUrl}/reference`,
  }
}
