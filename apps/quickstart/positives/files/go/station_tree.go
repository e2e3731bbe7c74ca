// Command station_tree finds the bike stations nearest to a visitor.
//
// Stations are kept in a two-dimensional tree that splits the plane alternately by x and y. A
// query for the k nearest stations with at least one free bike skips every half plane that
// lies farther away than the worst candidate found so far.
package main

import (
	"cmp"
	"fmt"
	"slices"
)

// Station is a rack at a position in metres on the city grid.
type Station struct {
	Name  string
	At    [2]float64
	Bikes int
}

type node struct {
	station     Station
	axis        int
	left, right *node
}

func build(stations []Station, axis int) *node {
	if len(stations) == 0 {
		return nil
	}
	slices.SortFunc(stations, func(a, b Station) int { return cmp.Compare(a.At[axis], b.At[axis]) })
	middle := len(stations) / 2
	left, right := build(stations[:middle], 1-axis), build(stations[middle+1:], 1-axis)
	return &node{stations[middle], axis, left, right}
}

// Hit is a station together with its squared distance from the visitor.
type Hit struct {
	Station
	Squared float64
}

type search struct {
	from  [2]float64
	limit int
	best  []Hit // nearest first
}

func (s *search) visit(n *node) {
	if n == nil {
		return
	}
	near, far := n.left, n.right
	offset := s.from[n.axis] - n.station.At[n.axis]
	if offset > 0 {
		near, far = far, near
	}
	s.visit(near)
	s.offer(n.station)
	if len(s.best) < s.limit || offset*offset < s.best[len(s.best)-1].Squared {
		s.visit(far)
	}
}

func (s *search) offer(station Station) {
	if station.Bikes == 0 {
		return
	}
	dx, dy := station.At[0]-s.from[0], station.At[1]-s.from[1]
	hit := Hit{station, dx*dx + dy*dy}
	index, _ := slices.BinarySearchFunc(s.best, hit, func(a, b Hit) int {
		return cmp.Compare(a.Squared, b.Squared)
	})
	s.best = slices.Insert(s.best, index, hit)
	s.best = s.best[:min(len(s.best), s.limit)]
}

func main() {
	root := build([]Station{
		{"Harbour", [2]float64{120, 900}, 4}, {"Library", [2]float64{400, 450}, 0},
		{"Market", [2]float64{520, 380}, 7}, {"Stadium", [2]float64{1500, 200}, 2},
		{"Tower", [2]float64{300, 700}, 1}, {"Mill", [2]float64{450, 900}, 3},
	}, 0)
	query := search{from: [2]float64{410, 460}, limit: 2}
	query.visit(root)
	for _, hit := range query.best {
		fmt.Printf("%s has %d bikes (squared distance %.0f)\n", hit.Name, hit.Bikes, hit.Squared)
	}
}
