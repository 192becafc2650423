/**
 * Who may look at what a provider asks, and answer it, in the policy language of shared/policy, and
 * the cases that hold it to that. The address of a request is a secret that only the provider knows
 * and whomever it sends there; once an owner has answered, it is that owner's alone.
 *
 * @module
 */

export const OAUTH_POLICIES = `
(policy request:answer   ; the resource's owner is who has answered, or before that who asks
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table request:answer
        (subject.kind subject.identifier resource.owner)
  (allow "owner"      "anna"             "anna")
  (deny  "owner"      "ben"              "anna")
  (deny  "device"     "anna"             "anna")
  (deny  "provider"   "anna"             "anna")
  (deny  "operator"   "anna"             "anna")
  (deny  -            "anna"             "anna"))
`
