/**
 * Who may do what with channels, in the policy language of shared/policy, and the cases that hold it
 * to that. Reading is asked for each of a channel's routes, and for each channel of a list.
 *
 * @module
 */

export const CHANNEL_POLICIES = `
(policy channel:open
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table channel:open
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         [])
  (deny  "owner"      "ben"              "anna"         [])
  (deny  "device"     "reader"           "anna"         ["reader"])
  (deny  "device"     "anna"             "anna"         [])
  (deny  "provider"   "anna"             "anna"         [])
  (deny  -            "anna"             "anna"         [])
  (deny  "owner"      -                  "anna"         [])
  (deny  "owner"      "anna"             -              []))

(policy chapter:open
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table chapter:open
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         [])
  (deny  "owner"      "ben"              "anna"         [])
  (deny  "device"     "reader"           "anna"         ["reader"])
  (deny  "operator"   "anna"             "anna"         []))

(policy channel:read   ; a device also after another took its place: it wrote a part
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table channel:read
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (allow "device"     "reader"           "anna"         ["older" "reader"])
  (deny  "device"     "other"            "anna"         ["older" "reader"])
  (deny  "device"     "reader"           "anna"         [])
  (deny  "device"     "anna"             "anna"         ["reader"])
  (deny  "owner"      "reader"           "anna"         ["reader"])
  (deny  "provider"   "reader"           "anna"         ["reader"])
  (deny  "operator"   "anna"             "anna"         ["reader"])
  (deny  "node"       "anna"             "anna"         ["anna"])
  (deny  -            "anna"             "anna"         ["anna"])
  (deny  "device"     "reader"           "anna"         -))
`
