// Command heavy_hitters finds the busiest clients of a server in bounded memory.
//
// There may be millions of clients, but only those responsible for a large share of the traffic
// matter. The sketch keeps a fixed number of counters. A client without a counter takes
// over the smallest one and inherits its count as a possible error, so each reported
// count is an upper bound and count minus error is a lower bound.
package main

import (
	"bufio"
	"container/heap"
	"fmt"
	"slices"
	"strings"
)

// Counter is the estimate for one client.
type Counter struct {
	Client string
	Count  int
	Error  int
	index  int // position in the heap
}

type minHeap []*Counter

func (h minHeap) Len() int           { return len(h) }
func (h minHeap) Less(i, j int) bool { return h[i].Count < h[j].Count }
func (h minHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *minHeap) Push(x any) {
	counter := x.(*Counter)
	counter.index = len(*h)
	*h = append(*h, counter)
}

func (h *minHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Sketch tracks the most frequent clients with a fixed number of counters.
type Sketch struct {
	capacity int
	counters minHeap
	byClient map[string]*Counter
}

// NewSketch returns a sketch with at most capacity counters.
func NewSketch(capacity int) *Sketch {
	return &Sketch{capacity: max(1, capacity), byClient: make(map[string]*Counter)}
}

// Add records one request.
func (s *Sketch) Add(client string) {
	counter, known := s.byClient[client]
	switch {
	case known:
		counter.Count++
		heap.Fix(&s.counters, counter.index)
	case len(s.counters) < s.capacity:
		counter = &Counter{Client: client, Count: 1}
		heap.Push(&s.counters, counter)
	default:
		counter = s.counters[0]
		delete(s.byClient, counter.Client)
		counter.Client, counter.Error = client, counter.Count
		counter.Count++
		heap.Fix(&s.counters, 0)
	}
	s.byClient[client] = counter
}

func main() {
	const log = "ann bob ann cleo ann dan bob ann eve ann bob ann"
	sketch := NewSketch(3)
	words := bufio.NewScanner(strings.NewReader(log))
	words.Split(bufio.ScanWords)
	for words.Scan() {
		sketch.Add(words.Text())
	}
	slices.SortFunc(sketch.counters, func(a, b *Counter) int { return b.Count - a.Count })
	for _, c := range sketch.counters {
		fmt.Printf("%-5s between %d and %d requests\n", c.Client, c.Count-c.Error, c.Count)
	}
}
