// Command baggage_carousel simulates how long passengers wait for their suitcases.
//
// Suitcases arrive on carts. Every six seconds one is put on the belt, which has a limited number
// of places; a suitcase that nobody has picked up yet blocks its place. Pickups take at least
// twenty seconds. An event queue ordered by time drives the simulation.
package main

import (
	"container/heap"
	"fmt"
	"math/rand"
)

const beltPlaces = 12

type event struct {
	at     float64
	action func()
}

type agenda []event

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(event)) }
func (a *agenda) Pop() (last any) {
	last, *a = (*a)[len(*a)-1], (*a)[:len(*a)-1]
	return last
}

// Hall is the state of one baggage hall.
type Hall struct {
	now      float64
	agenda   agenda
	onCarts  int // suitcases not yet on the belt
	onBelt   int
	loading  bool
	fullest  int
	finished float64
}

func (h *Hall) schedule(delay float64, action func()) {
	heap.Push(&h.agenda, event{h.now + delay, action})
}

// startLoading begins to move the next suitcase if there is one and the belt has room.
func (h *Hall) startLoading(random *rand.Rand) {
	if h.loading || h.onCarts == 0 || h.onBelt == beltPlaces {
		return
	}
	h.loading, h.onCarts = true, h.onCarts-1
	h.schedule(6, func() {
		h.loading = false
		h.onBelt++
		h.fullest = max(h.fullest, h.onBelt)
		h.schedule(20*(1+random.ExpFloat64()), func() {
			h.onBelt--
			h.finished = h.now
			h.startLoading(random)
		})
		h.startLoading(random)
	})
}

// Run brings carts at fixed intervals and returns when the last suitcase is gone.
func (h *Hall) Run(carts, perCart int, interval float64, random *rand.Rand) {
	for cart := range carts {
		h.schedule(float64(cart)*interval, func() {
			h.onCarts += perCart
			h.startLoading(random)
		})
	}
	for h.agenda.Len() > 0 {
		next := heap.Pop(&h.agenda).(event)
		h.now = next.at
		next.action()
	}
}

func main() {
	for _, gap := range []float64{60, 240, 600} {
		var hall Hall
		hall.Run(4, 30, gap, rand.New(rand.NewSource(7)))
		fmt.Printf("gap %3.0f s: %5.1f min, peak %d\n", gap, hall.finished/60, hall.fullest)
	}
}
