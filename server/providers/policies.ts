/**
 * Who may register a provider and see all of them, in the policy language of shared/policy, and the
 * cases that hold it to that. A provider is shown without a caller: what it says of itself is signed
 * and meant for everybody. So is the operator's approval, whose signature is its authority.
 *
 * @module
 */

export const PROVIDER_POLICIES = `
(policy provider:register
  (and (= subject.kind "provider") (= subject.identifier resource.owner)))

(table provider:register
        (subject.kind subject.identifier resource.owner)
  (allow "provider"   "adviser"          "adviser")
  (deny  "provider"   "other"            "adviser")
  (deny  "owner"      "adviser"          "adviser")
  (deny  "device"     "adviser"          "adviser")
  (deny  "operator"   "adviser"          "adviser")
  (deny  -            "adviser"          "adviser"))

(policy provider:list   ; the resource is the platform, whose owner is its operator
  (and (= subject.kind "operator") (= subject.identifier resource.owner)))

(table provider:list
        (subject.kind subject.identifier resource.owner)
  (allow "operator"   "house"            "house")
  (deny  "operator"   "another"          "house")
  (deny  "provider"   "house"            "house")
  (deny  "owner"      "house"            "house")
  (deny  -            "house"            "house"))
`
