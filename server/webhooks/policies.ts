/**
 * Who may ask for the secret that signs webhooks: a provider, for itself.
 *
 * @module
 */

export const WEBHOOK_POLICIES = `
(policy webhook:secret
  (and (= subject.kind "provider") (= subject.identifier resource.owner)
       (not (exists? subject.grant))))   ; a token for one grant's readings is for nothing else

(table webhook:secret
        (subject.kind subject.identifier subject.grant resource.owner)
  (deny  "provider"   "adviser"          "one"         "adviser"))

(table webhook:secret
        (subject.kind subject.identifier resource.owner resource.devices)
  (allow "provider"   "adviser"          "adviser"      [])
  (deny  "provider"   "other"            "adviser"      [])
  (deny  "owner"      "adviser"          "adviser"      [])
  (deny  "device"     "adviser"          "adviser"      ["adviser"])
  (deny  -            "adviser"          "adviser"      [])
  (deny  "provider"   -                  "adviser"      []))
`
