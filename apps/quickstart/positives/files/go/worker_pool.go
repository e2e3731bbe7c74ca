// Command worker_pool checks many links at once without overloading the network.
//
// A fixed number of workers takes addresses from a channel. The first fatal error stops the whole
// run through the context, and results come back in the order of the input, whichever
// worker finished first.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// ErrOffline reports that there is no point in checking further links.
var ErrOffline = errors.New("network is offline")

// Checker returns the status of one address.
type Checker func(ctx context.Context, address string) (string, error)

// CheckAll runs check for every address with at most the given number of workers.
func CheckAll(
	parent context.Context, addresses []string, workers int, check Checker,
) ([]string, error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)

	jobs := make(chan int)
	results := make([]string, len(addresses))
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for index := range jobs {
				status, err := check(ctx, addresses[index])
				if errors.Is(err, ErrOffline) {
					cancel(fmt.Errorf("checking %s: %w", addresses[index], err))
					return
				}
				if err != nil {
					status = "failed: " + err.Error()
				}
				results[index] = status
			}
		}()
	}

feeding:
	for index := range addresses {
		select {
		case jobs <- index:
		case <-ctx.Done():
			break feeding
		}
	}
	close(jobs)
	group.Wait()
	return results, context.Cause(ctx)
}

func pretendCheck(ctx context.Context, address string) (string, error) {
	select {
	case <-time.After(time.Duration(len(address)) * time.Millisecond):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	switch {
	case strings.HasPrefix(address, "/old"):
		return "", errors.New("not found")
	case strings.HasPrefix(address, "/cut"):
		return "", ErrOffline
	}
	return "ok", nil
}

func main() {
	for _, addresses := range [][]string{
		{"/home", "/old/prices", "/contact"},
		{"/home", "/cut", "/a-page-with-a-rather-long-name"},
	} {
		results, err := CheckAll(context.Background(), addresses, 2, pretendCheck)
		fmt.Printf("%q, error: %v\n", results, err)
	}
}
