/**
 * Who may add to an owner's history and see it, in the policy language of shared/policy, and the
 * cases that hold it to that. What each may say in it is the rules' to check.
 *
 * @module
 */

export const HISTORY_POLICIES = `
(policy history:add   ; the devices are those that are paired now
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table history:add
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         [])
  (allow "device"     "reader"           "anna"         ["reader"])
  (deny  "device"     "reader"           "anna"         [])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "provider"   "anna"             "anna"         ["anna"])
  (deny  -            "anna"             "anna"         ["anna"]))

(policy history:read   ; devices see the steps of their own pairing
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table history:read
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         [])
  (deny  "device"     "reader"           "anna"         ["reader"])
  (deny  "device"     "anna"             "anna"         ["anna"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "provider"   "adviser"          "anna"         ["reader"])
  (deny  "operator"   "anna"             "anna"         []))
`
