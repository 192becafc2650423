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
      (and (= subject.kind "device") (member? subject.identifier resource.devices))
      (and (= subject.kind "provider") (exists? subject.grant)
           (member? subject.grant resource.grants))
      (and (= subject.kind "owner") (member? subject.identifier resource.recipients))))

(table channel:read   ; with the grants that give reading now, and to whom
        (subject.kind subject.identifier subject.grant
         resource.owner resource.devices resource.grants resource.recipients)
  (allow "provider"   "adviser" "one"  "anna" ["reader"] ["one"]       ["adviser"])
  (deny  "provider"   "adviser" "two"  "anna" ["reader"] ["one"]       ["adviser"])
  (deny  "provider"   "adviser" -      "anna" ["reader"] ["one"]       ["adviser"])
  (deny  "provider"   "adviser" "one"  "anna" ["reader"] []            [])
  (allow "owner"      "ben"     -      "anna" ["reader"] ["one"]       ["ben"])
  (deny  "owner"      "carl"    -      "anna" ["reader"] ["one"]       ["ben"])
  (deny  "device"     "ben"     -      "anna" ["reader"] ["one"]       ["ben"])
  (deny  "device"     "reader2" "one"  "anna" ["reader"] ["one"]       ["ben"])
  (deny  "operator"   "ben"     "one"  "anna" ["reader"] ["one"]       ["ben"]))

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

(policy fork:read   ; what the device signed twice concerns the owner, and nobody it lets read
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table fork:read
        (subject.kind subject.identifier resource.owner resource.devices resource.recipients)
  (allow "owner"      "anna"             "anna"         ["reader"]  [])
  (allow "device"     "reader"           "anna"         ["reader"]  [])
  (deny  "owner"      "ben"              "anna"         ["reader"]  ["ben"])
  (deny  "provider"   "adviser"          "anna"         ["reader"]  ["adviser"]))
`
