// Command hash_ring spreads sessions over cache servers with consistent hashing.
//
// Each server appears at many points of a ring of hash values, in proportion to its weight. A key
// belongs to the first point at or after its own hash. Adding or removing a server therefore
// moves only a small share of the keys, which the example measures.
package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
)

const pointsPerWeight = 160

type point struct {
	hash   uint64
	server string
}

// Ring maps keys to servers. The zero value is an empty ring.
type Ring struct {
	points []point
}

func hashOf(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	sum := h.Sum64()
	// Mix the bits further: similar short texts have similar FNV hashes.
	sum ^= sum >> 33
	sum *= 0xff51afd7ed558ccd
	return sum ^ sum>>33
}

func byHash(a, b point) int {
	return cmp.Compare(a.hash, b.hash)
}

// Add places a server on the ring. A server of weight two receives twice the keys.
func (r *Ring) Add(server string, weight int) {
	for i := range weight * pointsPerWeight {
		r.points = append(r.points, point{hashOf(fmt.Sprintf("%s#%d", server, i)), server})
	}
	slices.SortFunc(r.points, byHash)
}

// Remove takes all points of a server off the ring.
func (r *Ring) Remove(server string) {
	r.points = slices.DeleteFunc(r.points, func(p point) bool { return p.server == server })
}

// Lookup returns the server of a key; it reports false if the ring is empty.
func (r *Ring) Lookup(key string) (string, bool) {
	if len(r.points) == 0 {
		return "", false
	}
	index, _ := slices.BinarySearchFunc(r.points, point{hash: hashOf(key)}, byHash)
	return r.points[index%len(r.points)].server, true
}

func main() {
	var ring Ring
	ring.Add("cache-a", 1)
	ring.Add("cache-b", 1)
	ring.Add("cache-c", 2)

	const sessions = 10_000
	before := make(map[string]string)
	load := make(map[string]int)
	for i := range sessions {
		key := fmt.Sprintf("session-%d", i)
		before[key], _ = ring.Lookup(key)
		load[before[key]]++
	}
	fmt.Println("sessions per server:", load)

	ring.Remove("cache-a")
	moved := 0
	for key, server := range before {
		if now, _ := ring.Lookup(key); now != server {
			moved++
		}
	}
	fmt.Printf("moved after removing cache-a: %d, which had %d\n", moved, load["cache-a"])
}
