/**
 * Who may open a pairing room and who may be in one, in the policy language of shared/policy, and
 * the cases that hold it to that. An owner enters for itself alone; that it knows the room's name,
 * which comes from the code, is checked where the room is looked for.
 *
 * @module
 */

export const PAIRING_POLICIES = `
(policy pairing-room:open
  (and (= subject.kind "device") (member? subject.identifier resource.devices)))

(table pairing-room:open
        (subject.kind subject.identifier resource.devices)
  (allow "device"     "reader"           ["reader"])
  (deny  "device"     "other"            ["reader"])
  (deny  "owner"      "reader"           ["reader"])
  (deny  "provider"   "reader"           ["reader"])
  (deny  -            "reader"           ["reader"]))

(policy pairing-room:enter
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table pairing-room:enter
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (allow "device"     "reader"           "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "device"     "other"            "anna"         ["reader"])
  (deny  "provider"   "anna"             "anna"         ["anna"])
  (deny  -            "anna"             "anna"         ["anna"]))
`
