// Package certificate decides what has to be done about Slipway's own serving certificates: Decide takes what lies in the cluster
// and the time, and names the next step. Each step is one write (or several of one kind), and whatever comes between two steps, a
// restart, a hand that changes something, a second manager, is just the next thing to be found in the cluster.
//
// There is one authority that signs, at times one that will sign next, and some that have signed before. All of them are
// trusted by everybody; that list is the bundle. No request fails in a rotation, because
//
//   - an authority signs nothing before it has been in everybody's bundle for Policy.RenewBefore;
//   - an authority leaves the bundle when nothing that it has signed is valid any more;
//   - a certificate never outlives its authority, and is replaced Policy.RenewBefore before it ends.
//
// Only where nothing works anyway, or would soon, an authority signs earlier.
//
// controllers/certificate calls it. It reads no cluster and no clock. It does make keys, for which it takes the randomness of
// crypto/rand: there is no other that keys may be made from.
package certificate
