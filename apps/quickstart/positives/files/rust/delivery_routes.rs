//! A courier asks for the quickest way between two depots when road segments
//! have a travel time and some of them charge a toll. The search minimises the
//! time subject to a toll budget: the state of the search is therefore the pair
//! of depot and money spent so far.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

#[derive(Clone, Copy, Debug)]
struct Road {
    to: usize,
    minutes: u32,
    toll: u32,
}

/// The fastest trip found, with the depots in the order they are visited.
#[derive(Debug, PartialEq)]
struct Trip {
    minutes: u32,
    toll: u32,
    stops: Vec<usize>,
}

struct RoadMap {
    roads: Vec<Vec<Road>>,
}

impl RoadMap {
    fn new(depots: usize) -> Self {
        Self { roads: vec![Vec::new(); depots] }
    }

    /// Adds a road that can be used in both directions.
    fn connect(&mut self, a: usize, b: usize, minutes: u32, toll: u32) {
        self.roads[a].push(Road { to: b, minutes, toll });
        self.roads[b].push(Road { to: a, minutes, toll });
    }

    /// The fastest trip whose tolls do not exceed `budget`.
    fn fastest(&self, from: usize, to: usize, budget: u32) -> Option<Trip> {
        let start = (from, 0);
        let mut best = HashMap::from([(start, 0)]);
        let mut came_from = HashMap::new();
        let mut queue = BinaryHeap::from([Reverse((0u32, start))]);

        while let Some(Reverse((minutes, state @ (depot, spent)))) = queue.pop() {
            if depot == to {
                return Some(Trip { minutes, toll: spent, stops: trace(&came_from, state) });
            }
            if best[&state] < minutes {
                continue; // an outdated queue entry
            }
            for road in &self.roads[depot] {
                let next = (road.to, spent + road.toll);
                let arrival = minutes + road.minutes;
                let improves = best.get(&next).is_none_or(|&known| arrival < known);
                if next.1 <= budget && improves {
                    best.insert(next, arrival);
                    came_from.insert(next, state);
                    queue.push(Reverse((arrival, next)));
                }
            }
        }
        None
    }
}

/// Follows the predecessors back to the start of the search.
fn trace(came_from: &HashMap<(usize, u32), (usize, u32)>, end: (usize, u32)) -> Vec<usize> {
    let chain = std::iter::successors(Some(end), |state| came_from.get(state).copied());
    let mut stops: Vec<usize> = chain.map(|(depot, _)| depot).collect();
    stops.reverse();
    stops
}

fn main() {
    let mut map = RoadMap::new(5);
    map.connect(0, 1, 10, 4);
    map.connect(1, 4, 12, 3);
    map.connect(0, 2, 18, 0);
    map.connect(2, 3, 9, 0);
    map.connect(2, 4, 11, 2);
    map.connect(3, 4, 15, 0);

    for budget in [0, 3, 10] {
        println!("budget {budget:>2}: {:?}", map.fastest(0, 4, budget).expect("connected"));
    }
}
