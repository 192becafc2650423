/**
 * Who may register and see pairings, in the policy language of shared/policy, and the cases that
 * hold it to that. Identities are registered and shown without a caller: they are signed and public.
 *
 * @module
 */

export const IDENTITY_POLICIES = `
(policy pairing:add
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table pairing:add
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (allow "device"     "reader"           "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "device"     "other"            "anna"         ["reader"])
  (deny  "provider"   "anna"             "anna"         ["anna"])
  (deny  -            "anna"             "anna"         ["anna"]))

(policy pairing:read
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table pairing:read
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (allow "device"     "reader"           "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "device"     "other"            "anna"         ["reader"])
  (deny  "node"       "reader"           "anna"         ["reader"]))

(policy pairing:step   ; for whom a device wraps is its owner's to say
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table pairing:step
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "device"     "reader"           "anna"         ["reader"])
  (deny  "provider"   "anna"             "anna"         ["reader"]))
`
