/**
 * Who may do what with grants and their keys, in the policy language of shared/policy, and the cases
 * that hold it to that. A provider's token may be bound to one grant: then it reaches no other.
 *
 * @module
 */

export const CONSENT_POLICIES = `
(policy grant:read   ; also after it has ended
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "owner") (member? subject.identifier resource.recipients))
      (and (= subject.kind "provider") (member? subject.identifier resource.recipients)
           (or (not (exists? subject.grant)) (member? subject.grant resource.grants)))))

(table grant:read
        (subject.kind subject.identifier subject.grant
         resource.owner resource.grants resource.recipients)
  (allow "owner"      "anna"     -      "anna"  ["one"]  ["adviser"])
  (allow "owner"      "ben"      -      "anna"  ["one"]  ["ben"])
  (allow "provider"   "adviser"  -      "anna"  ["one"]  ["adviser"])
  (allow "provider"   "adviser"  "one"  "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "adviser"  "two"  "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "other"    -      "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "other"    "one"  "anna"  ["one"]  ["adviser"])
  (deny  "owner"      "carl"     -      "anna"  ["one"]  ["ben"])
  (deny  "device"     "adviser"  -      "anna"  ["one"]  ["adviser"])
  (deny  "operator"   "anna"     -      "anna"  ["one"]  ["anna"])
  (deny  -            "adviser"  -      "anna"  ["one"]  ["adviser"]))

(policy grant:step   ; the owner's own steps come with its history
  (or (and (= subject.kind "owner") (member? subject.identifier resource.recipients))
      (and (= subject.kind "provider") (member? subject.identifier resource.recipients)
           (or (not (exists? subject.grant)) (member? subject.grant resource.grants)))))

(table grant:step
        (subject.kind subject.identifier subject.grant
         resource.owner resource.grants resource.recipients)
  (allow "owner"      "ben"      -      "anna"  ["one"]  ["ben"])
  (allow "provider"   "adviser"  "one"  "anna"  ["one"]  ["adviser"])
  (deny  "owner"      "anna"     -      "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "adviser"  "two"  "anna"  ["one"]  ["adviser"])
  (deny  "device"     "ben"      -      "anna"  ["one"]  ["ben"]))

(policy grant:return   ; with a token of the grant itself, as any OAuth client would
  (and (= subject.kind "provider") (member? subject.identifier resource.recipients)
       (exists? subject.grant) (member? subject.grant resource.grants)))

(table grant:return
        (subject.kind subject.identifier subject.grant
         resource.owner resource.grants resource.recipients)
  (allow "provider"   "adviser"  "one"  "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "adviser"  -      "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "adviser"  "two"  "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "other"    "one"  "anna"  ["one"]  ["adviser"])
  (deny  "owner"      "anna"     -      "anna"  ["one"]  ["adviser"])
  (deny  "owner"      "ben"      -      "anna"  ["one"]  ["ben"])
  (deny  "device"     "adviser"  "one"  "anna"  ["one"]  ["adviser"]))

(policy grant:keys
  (or (and (= subject.kind "owner") (member? subject.identifier resource.recipients))
      (and (= subject.kind "provider") (member? subject.identifier resource.recipients)
           (or (not (exists? subject.grant)) (member? subject.grant resource.grants)))))

(table grant:keys
        (subject.kind subject.identifier subject.grant
         resource.owner resource.grants resource.recipients)
  (allow "owner"      "ben"      -      "anna"  ["one"]  ["ben"])
  (allow "provider"   "adviser"  "one"  "anna"  ["one"]  ["adviser"])
  (deny  "provider"   "other"    -      "anna"  ["one"]  ["adviser"])
  (deny  "owner"      "anna"     -      "anna"  ["one"]  ["adviser"])
  (deny  "device"     "ben"      -      "anna"  ["one"]  ["ben"]))

(policy grant:access   ; who read what is the owner's to know
  (and (= subject.kind "owner") (= subject.identifier resource.owner)))

(table grant:access
        (subject.kind subject.identifier resource.owner resource.recipients)
  (allow "owner"      "anna"             "anna"         ["adviser"])
  (deny  "owner"      "ben"              "anna"         ["ben"])
  (deny  "provider"   "adviser"          "anna"         ["adviser"])
  (deny  "device"     "anna"             "anna"         ["adviser"]))

(policy wraps:add   ; the devices are those that may wrap: the one that writes the epoch's chapter
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices))))

(table wraps:add
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "owner"      "anna"             "anna"         ["reader"])
  (allow "device"     "reader"           "anna"         ["reader"])
  (deny  "device"     "other"            "anna"         ["reader"])
  (deny  "owner"      "ben"              "anna"         ["reader"])
  (deny  "provider"   "reader"           "anna"         ["reader"]))
`
